// The Worker that served tests start: src/development.ts with the consumers of the tests.
import { groupWithShop, workerWithShop } from "../../src/shop.ts";
import worker, { Group as TestGroup } from "./worker.ts";

export class Group extends groupWithShop(TestGroup) {}
export default workerWithShop(worker.fetch);
