import { runFlows } from "./run.ts";
import { stripe } from "./stripe.ts";

runFlows(stripe);
