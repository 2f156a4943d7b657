// The Worker with a log line for each constructor, message and alarm of an object. The bench counts wake-ups by it.
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
