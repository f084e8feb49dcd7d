// What `helm test` runs in the operator's image: is the operator ready, by its Service, and does it tell its figures?
// Exits with 0, or with 1 and why.
const base = process.env.OPERATOR_URL;
const waitMs = Number(process.env.WAIT_SECONDS) * 1000;

async function ask(path) {
  const response = await fetch(base + path, { signal: AbortSignal.timeout(5000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answers ${response.status}: ${text.trim()}`);
  return text;
}

async function check() {
  await ask('/readyz');
  const build = /^xenfleet_build_info\{version="(.*)"\} 1$/m.exec(await ask('/metrics'));
  if (build === null) throw new Error('/metrics has no xenfleet_build_info: something else answers');
  return build[1];
}

async function main() {
  for (const end = Date.now() + waitMs; ; await new Promise((resolve) => setTimeout(resolve, 1000))) {
    try {
      console.log(`operator ${await check()} is ready at ${base}`);
      return;
    } catch (error) {
      const cause = error.cause ? `: ${error.cause.message || error.cause.code}` : '';
      console.log(`${base}: ${error.message}${cause}`);
      if (Date.now() >= end) process.exit(1);
    }
  }
}

main();
