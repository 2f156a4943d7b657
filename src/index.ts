// The Worker that `wrangler deploy` deploys: the smallest user of belfry(), with all consumers and providers.
import { belfry } from "./belfry.ts";
import { allProviders } from "./callbacks/providers.ts";
import { consumers } from "./consumers/index.ts";

const push = belfry({ consumers, providers: allProviders, pages: true });

export class Group extends push.Group {}
export default { fetch: push.fetch };
