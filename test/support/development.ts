// The Worker that served tests start in place of src/development.ts: the same with the consumers of the tests.
import { groupWithShop, workerWithShop } from "../../src/shop.ts";
import worker, { Group as TestGroup } from "./worker.ts";

export class Group extends groupWithShop(TestGroup) {}
export default workerWithShop(worker.fetch);
