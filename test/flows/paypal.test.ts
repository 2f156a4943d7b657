import { paypal } from "./paypal.ts";
import { runFlows } from "./run.ts";

runFlows(paypal);
