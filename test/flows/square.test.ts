import { square } from "./square.ts";
import { runFlows } from "./run.ts";

runFlows(square);
