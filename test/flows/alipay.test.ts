import { alipay } from "./alipay.ts";
import { runFlows } from "./run.ts";

runFlows(alipay);
