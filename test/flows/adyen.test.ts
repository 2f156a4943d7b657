import { adyen } from "./adyen.ts";
import { runFlows } from "./run.ts";

runFlows(adyen);
