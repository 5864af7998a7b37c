/**
 * Seconds of processor time since it was made. Not of the wall: on a shared machine that would measure the neighbours. Everything here
 * runs in one thread and waits for nothing, so on an idle machine the two are the same.
 */
export function stopwatch(): () => number {
  const from = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1e6;
  };
}
