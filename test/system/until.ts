/** Waits until `check` passes; after the deadline its last failure is the failure. */
export async function until(check: () => Promise<void> | void, deadlineMs: number, everyMs = 500): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
}
