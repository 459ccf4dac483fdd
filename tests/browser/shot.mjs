// shot.mjs URL OUT [--width N] [--height N] [--dark] [--full]: a picture of a page.
import { commandLine, withBrowser } from './browser.mjs';

const { words: [url, out], flags } = commandLine();
await withBrowser(async (open) => {
  const { page, status } = await open(url, flags);
  await page.screenshot({ path: out, fullPage: Boolean(flags.full) });
  console.log(`${status} ${url} -> ${out}`);
});
