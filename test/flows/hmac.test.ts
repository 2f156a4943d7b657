import { hmac } from "./hmac.ts";
import { runFlows } from "./run.ts";

runFlows(hmac);
