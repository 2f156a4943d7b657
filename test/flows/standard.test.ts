import { standard } from "./standard.ts";
import { runFlows } from "./run.ts";

runFlows(standard);
