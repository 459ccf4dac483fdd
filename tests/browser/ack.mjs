// ack.mjs URL: open the link of a page as a person does, then press the button that acknowledges. Prints what the page
// says before and after as two lines of JSON. With --look the button is left alone; with --bare no script runs.
import { commandLine, withBrowser } from './browser.mjs';

const { words: [url], flags } = commandLine();
await withBrowser(async (open) => {
  const { page, status } = await open(url, { width: 390, scripts: !flags.bare });
  const said = async (code) => console.log(JSON.stringify({ status: code, title: await page.title(), text: await page.innerText('main') }));
  await said(status);
  if (flags.look) return;
  const button = page.getByRole('button', { name: /acknowledge/i }).first();
  const [answer] = await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), button.click()]);
  await page.waitForLoadState('load');
  await said(answer.status());
});
