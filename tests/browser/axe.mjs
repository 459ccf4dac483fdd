// axe.mjs URL...: every breach of WCAG 2.2 AA, each page light and dark, wide and narrow. Exit code 1 if there is one.
import { axe, commandLine, withBrowser } from './browser.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const { words: urls } = commandLine();
const source = axe();
let breaches = 0;

await withBrowser(async (open) => {
  for (const url of urls) {
    for (const [dark, width] of [[false, 1440], [true, 1440], [false, 390], [true, 390]]) {
      const { page, status } = await open(url, { dark, width });
      // Evaluated by the debugger, not added to the page: its content security policy stays in force.
      await page.evaluate(source);
      const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), TAGS);
      const as = `${dark ? 'dark' : 'light'} ${width}`;
      for (const { id, help, nodes } of violations) {
        for (const node of nodes) {
          breaches += 1;
          console.log(`${url} (${as}): ${id}: ${help}\n  ${node.target.join(' ')}\n  ${node.html}\n  ${node.failureSummary?.replaceAll('\n', '\n  ')}`);
        }
      }
      if (status >= 400) {
        breaches += 1;
        console.log(`${url} (${as}): answered ${status}`);
      }
      await page.context().close();
    }
  }
});
console.log(`${urls.length} pages, ${breaches} breaches`);
process.exitCode = breaches ? 1 : 0;
