// The Worker of `npm start`: the deployed one, and a shop that answers status queries. wrangler.toml names index.ts for deployment.
import worker, { Group as DeployedGroup } from "./index.ts";
import { groupWithShop, workerWithShop } from "./shop.ts";

export class Group extends groupWithShop(DeployedGroup) {}
export default workerWithShop(worker.fetch);
