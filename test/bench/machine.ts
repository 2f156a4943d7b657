// Reads the machine's cores and limits and the resources that a process has used.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

const TICKS_PER_SECOND = 100; // USER_HZ, fixed in Linux

const hasTaskset = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

/** The command prefix that starts a server on its own core, if there are several. */
export const onServerCore: readonly string[] = hasTaskset ? ["taskset", "-c", "0"] : [];

/** Moves this process to another core than the servers. Returns false if that is impossible. */
export function moveToClientCore(): boolean {
  return hasTaskset && spawnSync("taskset", ["-a", "-cp", "1", String(process.pid)]).status === 0;
}

/** Maximum number of open files, sockets included, per process. */
export function openFilesMax(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return Number(soft ?? 1024);
}

export function residentKib(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib);
}

/** Processor time that a process has used, in ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // after the name, which may contain spaces and parentheses
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

export const machine = (versions: { readonly node: string; readonly workerd: string }) => ({
  processor: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryGib: Math.round(totalmem() / 2 ** 30),
  system: `${process.platform} ${release()}`,
  ...versions,
  pinned: hasTaskset,
  load: Number((loadavg()[0] ?? 0).toFixed(2)),
  date: new Date().toISOString().slice(0, 10),
});
