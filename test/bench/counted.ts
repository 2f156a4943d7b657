// The Worker with a line in its log for each time that an object of it is made or runs. For the bench: what wakes a group is counted by it.
import worker, { Group as DeployedGroup } from "../../src/index.ts";

export class Group extends DeployedGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    console.log("woke: constructor");
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    console.log("woke: webSocketMessage");
    return super.webSocketMessage(socket, message);
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    console.log("woke: alarm");
    return super.alarm(info);
  }
}

export default worker;
