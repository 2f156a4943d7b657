// The page's words in English and Chinese, and how they get onto it. Never decides anything.

const en = {
  locale: "en",
  connection: {
    connecting: "connecting",
    open: "open",
    waiting: (/** @type {number} */ s) => `reconnecting in ${s} s`,
    ended: "ended by the server",
  },
  /** @type {Record<string, readonly [name: string, meaning: string]>} */
  outcome: {
    pending: ["Waiting for the callback", "The outcome appears here the moment it is known."],
    paid: ["Paid", "The callback has come. A reload shows the same."],
    failed: ["Failed", "This attempt failed. Another may follow: the page goes on listening."],
    closed: ["Closed", "The order was closed and nothing was paid."],
    partially_refunded: ["Partly refunded", "A part of what was paid went back."],
    refunded: ["Refunded", "What was paid went back."],
  },
  copied: "Copied",
  join: ["Join", "Join once more"],
  leave: "Leave",
  member: (/** @type {number} */ n) => `member ${n}`,
  members: (/** @type {number} */ n) => `Members here: ${n}`,
  period: (/** @type {number} */ s) => `every ${s} s`,
  within: (/** @type {number} */ ms) => `within ${ms} ms`,
  next: (/** @type {number} */ s) => `Next push in ${s} s`,
  due: "Push due now",
  nobody: "Stopped: nobody is here",
  offline: "Not connected",
  waits: "Waits for the next tick",
};

/** @type {typeof en} */
const zh = {
  locale: "zh-CN",
  connection: { connecting: "连接中", open: "已连接", waiting: (s) => `${s} 秒后重连`, ended: "已被服务器断开" },
  outcome: {
    pending: ["等待支付回调", "结果一经确认，立即显示在这里。"],
    paid: ["已支付", "回调已到达，刷新页面结果不变。"],
    failed: ["支付失败", "本次支付失败，可能还会重试，页面继续等待。"],
    closed: ["已关闭", "订单已关闭，没有付款。"],
    partially_refunded: ["部分退款", "已付金额的一部分已退回。"],
    refunded: ["已退款", "已付金额已退回。"],
  },
  copied: "已复制",
  join: ["加入", "再加入一个"],
  leave: "离开",
  member: (n) => `成员 ${n}`,
  members: (n) => `本页成员：${n}`,
  period: (s) => `每 ${s} 秒`,
  within: (ms) => `相差 ${ms} 毫秒`,
  next: (s) => `${s} 秒后推送`,
  due: "即将推送",
  nobody: "已停止：没有人在",
  offline: "未连接",
  waits: "等待下一次推送",
};

/** What index.html says in English, by data-word. @type {Record<string, string>} */
const zhPage = {
  tagline: "让同一组里的每个浏览器即时收到支付回调和定时推送。",
  order: "订单",
  orderId: "订单号，保存在地址栏中",
  newOrder: "新订单",
  sendCallback: "发送回调",
  sendCallbackNote: "在启动本 Worker 的目录中运行：",
  copy: "复制",
  texts: "组内消息",
  textsNote: "打开此订单的每个页面都会收到。消息永远不会被当作支付结果。",
  text: "消息",
  send: "发送",
  alarm: "定时推送组",
  alarmNote: "只要有人在，所有人同时收到同一条推送。",
  member: "成员",
  joinedAt: "加入时间",
  lastPush: "最近推送",
  pushes: "推送记录",
  tabsNote: "所有打开本页的标签页和浏览器都在同一个组里。其他标签页的成员不在此列出，但推送会因它们而继续，后加入者等待组的下一次推送。",
};

const chinese = navigator.language.startsWith("zh");
export const words = chinese ? zh : en;

document.documentElement.lang = words.locale;
for (const element of document.querySelectorAll("[data-word]")) {
  const word = zhPage[element.getAttribute("data-word") ?? ""];
  if (chinese && word !== undefined) element.textContent = word;
}

/** The element of index.html with this id. @param {string} id */
export function part(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element;
}

/** An element with a text in it, never with markup. @param {string} tag @param {string} text */
export function made(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}

/** @param {number} ms since 1970 */
export const timeOf = (ms) => new Date(ms).toLocaleTimeString("en-GB");
export const secondsUntil = (/** @type {number} */ ms) => Math.max(0, Math.ceil((ms - Date.now()) / 1000));
