import { paddle } from "./paddle.ts";
import { runFlows } from "./run.ts";

runFlows(paddle);
