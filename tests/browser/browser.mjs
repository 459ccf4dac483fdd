// One Chromium for one script: Debian's, driven by the installed playwright-core. It remembers nothing.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const modules = process.env.MERIDIAN_NODE_MODULES;
if (!modules) throw new Error('MERIDIAN_NODE_MODULES is not set: run this through the tests, or set it to the node_modules that `cargo xtask tools` made');
const require = createRequire(`${modules}/`);
const { chromium } = require('playwright-core');

/** The text of axe, to be injected into a page. */
export const axe = () => readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Opens a browser, hands `use` a function that opens pages, and closes it whatever happens. */
export async function withBrowser(use) {
  const browser = await chromium.launch({
    executablePath: process.env.MERIDIAN_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });
  try {
    return await use(async (url, { width = 1440, height = 900, dark = false, scripts = true } = {}) => {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        reducedMotion: 'reduce',
        javaScriptEnabled: scripts,
        timezoneId: 'Europe/London',
        locale: 'en-GB',
      });
      const cookie = process.env.MERIDIAN_COOKIE?.split('=');
      if (cookie) await context.addCookies([{ name: cookie[0], value: cookie.slice(1).join('='), url: new URL(url).origin }]);
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      // A live page never falls silent, so only its own load is waited for.
      const answer = await page.goto(url, { waitUntil: 'load' });
      return { page, status: answer?.status() };
    });
  } finally {
    await browser.close();
  }
}

/** What makes a page wider than its screen: by how much, and what sticks out. Empty where nothing does. */
export const tooWide = (page) => page.evaluate(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return '';
  const out = [...document.querySelectorAll('body *')].filter((part) => part.getBoundingClientRect().right > clientWidth);
  const name = (part) => [part.localName, part.id && `#${part.id}`, ...[...part.classList].map((one) => `.${one}`)].join('');
  return `by ${scrollWidth - clientWidth} px: ${out.slice(0, 12).map(name).join(', ')}`;
});

/** The words of the command line, and its flags: `--width 390` or `--dark`. */
export function commandLine() {
  const words = [], flags = {};
  const args = process.argv.slice(2);
  while (args.length) {
    const arg = args.shift();
    if (!arg.startsWith('--')) words.push(arg);
    else flags[arg.slice(2)] = args.length && !args[0].startsWith('--') && /^\d+$/.test(args[0]) ? Number(args.shift()) : true;
  }
  return { words, flags };
}
