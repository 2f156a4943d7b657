// Texts of the pages' scripts in English and Chinese. A # stands for a number or a name.

/** @type {Readonly<Record<string, readonly [english: string, chinese: string]>>} */
export const phrases = {
  // A connection
  connecting: ["Connecting", "连接中"],
  open: ["Connected", "已连接"],
  waiting: ["Reconnecting in # s", "# 秒后重新连接"],
  closed_for_good: ["Closed: #", "已断开：#"],
  "not-connected": ["Not connected", "未连接"],

  // An order
  pending: ["Waiting for the callback", "等待支付回调"],
  "pending-means": ["The outcome shows here the moment it is known.", "结果一经确认，立即显示在这里。"],
  paid: ["Paid", "已支付"],
  "paid-means": ["The callback has come. A reload shows the same.", "回调已到达，刷新页面结果不变。"],
  failed: ["Failed", "支付失败"],
  "failed-means": [
    "This attempt failed. Another may follow: the page goes on waiting.",
    "本次支付失败，可能还会重试，页面继续等待。",
  ],
  closed: ["Closed", "已关闭"],
  "closed-means": ["The order is closed and nothing was paid.", "订单已关闭，没有付款。"],
  partially_refunded: ["Partly refunded", "部分退款"],
  "partially_refunded-means": ["A part of what was paid went back.", "已付金额的一部分已退回。"],
  refunded: ["Refunded", "已退款"],
  "refunded-means": ["What was paid went back.", "已付金额已退回。"],
  "source-push": ["It was pushed.", "结果由推送送达。"],
  "source-snapshot": ["It was there already when this page connected.", "本页连接时结果已经存在。"],
  "source-poll": ["It was found by asking over HTTP.", "结果通过 HTTP 查询得到。"],
  expires: ["Expires in #", "剩余时间 #"],
  expired: ["Its time is up", "已到期"],
  "no-expiry": ["No expiry", "不过期"],
  copy: ["Copy", "复制"],
  copied: ["Copied", "已复制"],

  // The laboratory
  "go-offline": ["Go offline", "断开网络"],
  "come-back": ["Come back", "恢复网络"],
  offline: ["This page is offline: nothing reaches it, nothing leaves it.", "本页已离线：收发均中断。"],
  online: ["This page is online again.", "本页已恢复联网。"],
  asking: [
    "No callback will come. Belfry asks the shop 10 to 12 s after it began to wait, then again and again.",
    "不会有回调。Belfry 在开始等待 10 至 12 秒后向商户查询，之后反复查询。",
  ],
  dialled: ["connection opened", "连接已建立"],
  hung: ["connection ended, code #", "连接已结束，代码 #"],

  // The alarm group
  "join-first": ["Join", "加入"],
  "join-more": ["Join once more", "再加入一个"],
  leave: ["Leave", "离开"],
  leaving: ["Leave: member #", "离开：成员 #"],
  members: ["Members here: #", "本页成员：#"],
  period: ["every # s", "每 # 秒"],
  within: ["within # ms", "相差 # 毫秒"],
  next: ["Next push in # s", "# 秒后推送"],
  due: ["The push is due", "即将推送"],
  waits: ["Waits for the next tick", "等待下一次推送"],
  nobody: ["Stopped: nobody is here", "已停止：没有人在"],
  running: ["The tick is running", "定时推送运行中"],
  stopped: ["The tick is stopped", "定时推送已停止"],
  unknown: ["You have left", "你已离开"],
  "running-means": ["# s until the next push.", "距下一次推送 # 秒。"],
  "running-due": ["The push is due.", "即将推送。"],
  "stopped-means": [
    "Nobody is there, so no alarm is set. Whoever joins first starts it.",
    "没有人在，因此没有定时器。第一个加入者会启动它。",
  ],
  "unknown-means": ["Whether others keep it running, only a member learns.", "是否还有其他成员，只有成员知道。"],
  present: ["Members: #", "成员：#"],
  nameless: ["without a name: #", "未署名：#"],
  "this-tab": ["# (this tab)", "#（本标签页）"],
  joined: ["# joined", "# 加入"],
  left: ["# left", "# 离开"],
  somebody: ["somebody", "某人"],
  "summary-values": ["Values so far: #", "目前的值：# 个"],

  // The console
  "answer-none": ["Nobody answers.", "没有应答。"],
  "next-push": ["Next push: #", "下一次推送：#"],
  "next-push-none": [
    "No push is due: nobody is there, or the group has none.",
    "没有待推送：组内无人，或该组没有定时推送。",
  ],
};
