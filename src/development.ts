// The Worker of `npm start`: the deployed one with a shop that answers status queries. Deployments
// use index.ts.
import worker, { Group as DeployedGroup } from "./index.ts";
import { groupWithShop, workerWithShop } from "./shop.ts";

export class Group extends groupWithShop(DeployedGroup) {}
export default workerWithShop(worker.fetch);
