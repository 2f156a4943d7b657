import { wechatpay } from "./wechatpay.ts";
import { runFlows } from "./run.ts";

runFlows(wechatpay);
