// pages.mjs BASE [SETUP PID] [--many]: what holds on every page, and what people do on them. Prints each breach; exit code 1 if
// there is one. With the setup link of a fresh server, the first account is made and logged in by form, as a person does.
// --many: only the pages that have many sites to show.
import { axe, commandLine, tooWide, withBrowser } from './browser.mjs';

const { words: [base, setup, pid], flags: { many } } = commandLine();
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PATHS = ['/', '/incidents', '/incidents?state=resolved', '/incidents/1', '/alerts', '/alerts?q=site%3D', '/silences', '/silences/new',
  '/pages', '/handoffs', '/wall', '/?at=2030-01-01T00:00Z', '/rotas', '/rotas/payments', '/coverage', '/changes',
  '/announcements', '/announcements?state=over', '/announcements/new', '/chains', '/chains/find?key=nothing', '/where', '/fairness', '/people', '/calendars', '/estate', '/journal', '/find?q=a', '/nowhere'];
const MANY = ['/', '/wall', '/coverage', '/rotas', '/rotas/payments'];
const PASSWORD = 'nine black horses at dawn';
const source = axe();
const breaches = [];
const check = (what, holds, more = '') => { if (!holds) breaches.push(`${what} ${more}`.trim()); };
const within = async (what, question, ms = 10_000) => {
  const end = Date.now() + ms;
  for (;;) {
    if (await question().catch(() => false)) return;
    if (Date.now() > end) { check(what, false, `(waited ${ms} ms)`); return; }
    await new Promise((done) => setTimeout(done, 50));
  }
};

async function accessible(page, as, only) {
  if (!await page.evaluate(() => Boolean(globalThis.axe))) await page.evaluate(source);
  const { violations } = await page.evaluate((options) => globalThis.axe.run(options), only ? { runOnly: { type: 'rule', values: only } } : { runOnly: TAGS });
  for (const { id, nodes } of violations) {
    for (const node of nodes.slice(0, 3)) check(`${as}: ${id}`, false, `${node.target.join(' ')}\n  ${node.html.slice(0, 300)}\n  ${node.failureSummary?.replaceAll('\n', '\n  ')}`);
  }
}

/** Light and dark, wide and narrow. Only colours differ between light and dark, so only they are looked at twice. */
async function everyLook(page, as) {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await accessible(page, `${as} ${colorScheme} ${width}`, colorScheme === 'dark' ? ['color-contrast'] : null);
    }
    const wide = await tooWide(page);
    check(`${as} ${width}: nothing is wider than the screen`, !wide, wide);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Labels give way to one another: no two words of the picture stand on the same place. */
async function readable(page, as) {
  const met = await page.evaluate(() => {
    const words = [...document.querySelectorAll('.plot svg text')].map((at) => [at.textContent, at.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
    const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5;
    return words.flatMap(([one, a], place) => words.slice(place + 1).filter(([, b]) => meet(a, b)).map(([other]) => `${one} / ${other}`));
  });
  check(`${as}: words lie on words`, met.length === 0, met.slice(0, 5).join('; '));
}

/** What a page says to its console is a fault: a refused script, a missing file, a broken policy. */
function listen(page) {
  page.on('console', (said) => { if (said.type() === 'error' && !/status of 4\d\d|ERR_/.test(said.text())) check(`console of ${page.url()}`, false, said.text()); });
  page.on('pageerror', (error) => check(`script of ${page.url()}`, false, error.message));
  page.on('dialog', (dialog) => { check(`a dialog on ${page.url()}`, false, dialog.message()); dialog.dismiss(); });
  return page;
}

async function everyPage(page, paths) {
  for (const path of paths) {
    const answer = await page.goto(base + path);
    check(path, answer.status() === (path === '/nowhere' ? 404 : 200), `answered ${answer.status()}`);
    await everyLook(page, path);
    if (path === '/') await readable(page, path);
    const inert = await page.evaluate(() => globalThis.pwned === undefined && !document.querySelector('a[href^="javascript:" i], main img'));
    check(`${path}: what others sent is words`, inert);
  }
}

async function dialogs(page) {
  await page.goto(`${base}/`);
  await page.keyboard.press('Control+k');
  await page.locator('#palette-results li').first().waitFor();
  await everyLook(page, 'the palette');
  const opened = (id) => page.locator(`#${id}[open]`).count();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  check('Escape closes the palette', await opened('palette') === 0);
  check('? opens the keys, pressed once and at once', await opened('keys') === 1);
  await everyLook(page, 'the keys');
  await page.keyboard.press('Escape');
}

async function firstAccount(page) {
  await page.goto(`${base}/login`);
  check('login says where the first account comes from', (await page.innerText('main')).includes('setup link'));
  await page.goto(setup);
  await everyLook(page, 'setup');
  const fill = async (values) => { for (const [name, value] of Object.entries(values)) await page.fill(`[name=${name}]`, value); };
  await fill({ account: 'wen', display_name: 'Wen Li', password: 'short', again: 'short' });
  await page.click('button.primary');
  check('a short password is refused beside its field', await page.locator('[name=password][aria-invalid]').count() === 1);
  await everyLook(page, 'setup refused');
  await fill({ password: PASSWORD, again: PASSWORD });
  await page.selectOption('[name=person]', 'wen');
  await page.click('button.primary');
  await page.waitForURL(`${base}/`);
  await page.click('details.me summary');
  await page.click('text=Log out');
  await page.waitForURL(`${base}/login`);
  await page.goto(`${base}/incidents`);
  check('a page asks for the login and keeps where one wanted to go', page.url().includes('/login?next=%2Fincidents'), page.url());
  await fill({ account: 'wen', password: 'not this one at all' });
  await page.click('button.primary');
  check('a wrong password is said', (await page.innerText('[role=alert]')).includes('wrong'));
  await everyLook(page, 'login refused');
  await fill({ account: 'wen', password: PASSWORD });
  await page.click('button.primary');
  await page.waitForURL(`${base}/incidents`);
}

/** Somebody is invited, chooses a password, changes it, and is disabled; the last admin stays one. */
async function accounts(page, other) {
  const main = (of) => of.innerText('main');
  await page.goto(`${base}/accounts`);
  await page.fill('[name=account]', 'Mei Chan');
  await page.fill('[name=display_name]', 'Mei Chan');
  await page.click('button:has-text("Make the account")');
  check('a wrong name is refused beside its field', await page.locator('[name=account][aria-invalid]').count() === 1);
  await everyLook(page, '/accounts refused');
  await page.fill('[name=account]', 'mei');
  await page.selectOption('[name=person]', 'wen');
  await page.selectOption('[name=role]', 'responder');
  await page.click('button:has-text("Make the account")');
  const link = await page.innerText('.secret');
  check('the list names who was invited', (await page.innerText('#accounts')).includes('invited'));
  await everyLook(page, '/accounts with a link');
  await other.goto(link);
  check('the link says for whom it is', (await main(other)).includes('Mei Chan'));
  await everyLook(other, '/join');
  const choose = async (password) => { await other.fill('[name=password]', password); await other.fill('[name=again]', password); await other.click('button.primary'); };
  await choose('short');
  check('a short password is refused beside its field', await other.locator('[name=password][aria-invalid]').count() === 1);
  await choose(PASSWORD);
  await other.waitForURL(`${base}/`);
  check('whoever chose it is logged in', (await other.innerText('details.me')).includes('Mei Chan'));
  await other.goto(link);
  check('a link works once', (await main(other)).includes('opens nothing'));
  await other.goto(`${base}/account`);
  await other.fill('[name=old]', 'not this one at all');
  await choose('ten white horses at noon');
  check('the old password is asked for', await other.locator('[name=old][aria-invalid]').count() === 1);
  await everyLook(other, '/account refused');
  await other.fill('[name=old]', PASSWORD);
  await choose('ten white horses at noon');
  check('a password is changed, and this browser stays', (await main(other)).includes('Your password is changed'), other.url());
  check('accounts are an admin\'s', (await other.goto(`${base}/accounts`)).status() === 403);

  await page.goto(`${base}/accounts/mei`);
  await page.click('summary:has-text("Disable")');
  await everyLook(page, '/accounts/mei to be disabled');
  await page.click('button:has-text("Disable mei")');
  check('it is disabled', (await page.innerText('#account')).includes('disabled'));
  await everyLook(page, '/accounts/mei disabled');
  await other.goto(`${base}/incidents`);
  check('whoever is disabled is logged out', other.url().includes('/login'), other.url());
  await other.fill('[name=account]', 'mei');
  await other.fill('[name=password]', 'ten white horses at noon');
  await other.click('button.primary');
  check('and told why', (await other.innerText('[role=alert]')).includes('disabled'));
  await page.goto(`${base}/accounts/mei`);
  await page.click('button:has-text("Enable")');
  check('it is enabled', !(await page.innerText('#account')).includes('disabled'));
  await page.goto(`${base}/accounts/wen`);
  await page.selectOption('[name=role]', 'viewer');
  await page.click('button:has-text("Change")');
  check('the last admin stays one', (await page.innerText('main [role=alert]')).includes('last admin'));
  await other.context().close();
}

async function withoutScript(context) {
  const page = await context.newPage();
  await page.goto(`${base}/incidents/1`);
  await page.click('button:has-text("Acknowledge")');
  check('acknowledged by form alone', (await page.innerText('main')).includes('You have it'));
  await page.fill('#note-text', 'kept without a script');
  await page.click('text=Keep the note');
  check('noted by form alone', (await page.innerText('#timeline')).includes('kept without a script'));
  await page.goto(`${base}/silences/new`);
  await page.fill('[name=name] >> nth=0', 'alertname');
  await page.fill('[name=value] >> nth=0', 'NeverThere');
  await page.fill('[name=reason]', 'a test');
  await page.click('button:has-text("Silence")');
  const day = await context.newPage();
  await day.goto(`${base}/`);
  check('the day reads without a script', (await day.innerText('main')).toLowerCase().includes('holds the watch'));
  check('the day is a table, too', await day.locator('table:has(caption:text("The day as a table")) tbody tr').count() > 2);
  await day.click('a[aria-label="An hour ahead"]');
  check('ahead of now by a link alone', (await day.innerText('main')).includes('As it is planned'));
  check('silenced by form alone', (await page.innerText('#silences')).includes('NeverThere'), page.url());
  await page.click('button[name=reading][value=site]');
  check('the time of the site by form alone', await page.locator('button[value=site][aria-pressed=true]').count() === 1);
  await page.context().close();
}

async function keyboard(page) {
  await page.goto(`${base}/`);
  await page.keyboard.press('Tab');
  check('the first stop skips to the content', await page.evaluate(() => document.activeElement.className === 'skip'));
  await page.keyboard.press('Enter');
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.waitForURL(`${base}/incidents`);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  check('j and k choose a row', await page.locator('tbody tr.at').count() === 1);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/incidents\/\d+$/);
  await page.keyboard.press('n');
  check('n goes to the note', await page.evaluate(() => document.activeElement.id === 'note-text'));
  await page.goto(`${base}/incidents/2`);
  await page.keyboard.press('a');
  await within('a acknowledges', async () => (await page.innerText('#stake')).includes('Wen Li has it'));
  await page.keyboard.press('Control+k');
  await page.keyboard.type('mousetrap');
  await within('the palette finds an incident', async () => (await page.innerText('#palette-results li >> nth=0')).includes('mousetrap'));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/incidents\/\d+$/);
  check('the palette leads to the incident', (await page.innerText('h1')).includes('mousetrap'), page.url());
}

async function readings(page) {
  await page.goto(`${base}/journal`);
  const marks = () => page.evaluate(() => [...new Set([...document.querySelectorAll('main time i')].map((i) => i.textContent))].join());
  await page.click('button[value=utc]');
  check('every instant is in UTC', await marks() === 'UTC', await marks());
  await page.click('button[value=site]');
  check('every instant is in the time of the site', await marks() === 'HKT', await marks());
  await page.goto(`${base}/incidents`);
  check('the choice outlives the page', await marks() === 'HKT', await marks());
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.click('button[name=theme]');
  check('dark at once', await theme() === 'dark');
  await page.reload();
  check('dark on the next page', await theme() === 'dark');
  await page.click('button[name=theme]');
  check('light again', await theme() === 'light');
}

async function swap(page, other) {
  await page.goto(`${base}/incidents/1`);
  await page.click('#note-text');
  await page.keyboard.type('half a thou');
  await other.goto(`${base}/incidents/1`);
  await other.fill('#note-text', 'from elsewhere');
  await other.click('text=Keep the note');
  await within('what happens elsewhere comes by itself', async () => (await page.innerText('#timeline')).includes('from elsewhere'));
  const held = await page.evaluate(() => [document.activeElement.id, document.activeElement.value, document.activeElement.selectionStart].join());
  check('focus, words and caret stay', held === 'note-text,half a thou,11', held);
}

/** Takes the line of now by its flag, and lets it go so many pixels further. */
async function drag(page, by) {
  await page.goto(`${base}/`);
  const flag = await page.locator('.nowflag .d-nowflag').boundingBox();
  const [x, y] = [flag.x + flag.width / 2, flag.y + flag.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by / 2, y + 4, { steps: 4 });
  const words = await page.textContent('.nowflag text');
  await page.mouse.move(x + by, y + 4, { steps: 4 });
  check('the flag says where the line stands', await page.textContent('.nowflag text') !== words, words);
  await page.mouse.up();
}

/** To another moment: by key, by pointer, and back. Nothing can be done there. */
async function moments(page) {
  await page.goto(`${base}/`);
  const planned = async (how) => {
    await page.waitForURL(/\?at=/);
    check(`${how} leads ahead of now, and says so`, (await page.innerText('main')).includes('As it is planned'), page.url());
    check(`${how}: nothing can be done ahead of now`, await page.locator('main form').count() === 0);
    await page.click('text=Back to now');
    await page.waitForURL(`${base}/`);
  };
  await page.keyboard.press('Shift+ArrowRight');
  await planned('the arrow key');
  await drag(page, 160);
  await planned('the pointer');
  await drag(page, -160);
  await page.waitForURL(/\?at=/);
  const there = Date.parse(new URL(page.url()).searchParams.get('at')), hours = (Date.now() - there) / 3_600_000;
  check('dragged back it leads to hours before now', hours > 1 && hours < 36, page.url());
  check('before the journal began, that is said', (await page.innerText('main')).includes('the journal begins later'));
  await page.goto(`${base}/?at=2001-01-01T00:00Z`);
  check('before the journal begins there is nothing to see, and that is said', (await page.innerText('main')).includes('the journal begins later'));
  const minute = await page.evaluate(() => new Date(document.documentElement.dataset.at - 2000).toISOString());
  await page.goto(`${base}/?at=${minute}`);
  check('the past says that it is past', (await page.innerText('main')).includes('As it was'), page.url());
  check('nothing can be done in the past', await page.locator('main form').count() === 0);
  await everyLook(page, 'the past');
}

async function disconnected(page) {
  const wall = listen(await page.context().newPage());
  await wall.goto(`${base}/wall`);
  await within('the wall is live', () => wall.locator('#asof[data-state=live]').isVisible());
  await page.goto(`${base}/`);
  await within('it is live', () => page.locator('#asof[data-state=live]').isVisible());
  process.kill(Number(pid), 'SIGSTOP');
  try {
    await within('a silent server is said to be one', () => page.locator('#lost:has-text("DISCONNECTED")').isVisible(), 13_000);
    await within('the wall says it, too', () => wall.locator('#lost:has-text("DISCONNECTED")').isVisible(), 13_000);
    check('the wall still shows what it last knew', await wall.locator('.w-clock').count() > 0 && (await wall.innerText('.w-who >> nth=0')).length > 0);
    await accessible(wall, 'the wall disconnected');
    await accessible(page, 'disconnected');
  } finally {
    process.kill(Number(pid), 'SIGCONT');
  }
  await within('it recovers by itself', () => page.locator('#lost').isHidden());
  await within('the wall recovers by itself', () => wall.locator('#lost').isHidden());
}

await withBrowser(async (open) => {
  const { page } = await open(`${base}/login`);
  listen(page);
  if (setup) await firstAccount(page);
  if (many) return everyPage(page, MANY);
  await everyPage(page, [...PATHS, ...(setup ? ['/account', '/accounts', '/accounts/wen', '/tokens'] : ['/chains/usd-fedwire'])]);
  await dialogs(page);
  if (!setup) return;
  const browser = page.context().browser(), storageState = await page.context().storageState();
  await accounts(page, listen(await (await browser.newContext({ reducedMotion: 'reduce' })).newPage()));
  await withoutScript(await browser.newContext({ javaScriptEnabled: false, storageState }));
  await keyboard(page);
  await swap(page, listen(await page.context().newPage()));
  await readings(page);
  await moments(page);
  if (pid) await disconnected(page);
});
for (const breach of breaches) console.log(breach);
console.log(`${breaches.length} breaches`);
process.exitCode = breaches.length ? 1 : 0;
