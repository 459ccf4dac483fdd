// changes.mjs BASE SETUP: who is on watch is changed by people in a browser: cover asked for, taken and given back; a swap
// that is accepted and approved; leave over a watch; sickness now. Each is looked for on the changes, the rota, the day,
// the API and the feed. Prints each breach; exit code 1 if there is one.
import { axe, commandLine, tooWide, withBrowser } from './browser.mjs';

const { words: [base, setup] } = commandLine();
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PASSWORD = 'nine black horses at dawn';
const DAY = 86_400_000;
const source = axe();
const breaches = [];
const check = (what, holds, more = '') => { if (!holds) breaches.push(`${what} ${more}`.trim()); };
const text = (page, place = 'main') => page.innerText(place);

async function everyLook(page, as) {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      if (!await page.evaluate(() => Boolean(globalThis.axe))) await page.evaluate(source);
      const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), TAGS);
      for (const { id, nodes } of violations) check(`${as} ${colorScheme} ${width}: ${id}`, false, nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary}`).join('\n'));
    }
    const wide = await tooWide(page);
    check(`${as} ${width}: nothing is wider than the screen`, !wide, wide);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Fills the form, and sends it with this button. */
async function send(page, form, values, button) {
  const place = page.locator(form).first();
  await place.evaluate((at) => { const box = at.closest('details') ?? at.querySelector('details'); if (box) box.open = true; });
  for (const [name, value] of Object.entries(values)) {
    const field = place.locator(`[name=${name}]:not([type=hidden])`).first();
    if (await field.evaluate((at) => at.tagName === 'SELECT')) await field.selectOption(value);
    else await field.fill(value);
  }
  await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), place.locator(`button:has-text("${button}")`).first().click()]);
  await page.waitForLoadState('load');
}

await withBrowser(async (open) => {
  const { page } = await open(setup);
  page.on('console', (said) => { if (said.type() === 'error' && !/status of 4\d\d|ERR_/.test(said.text())) check('console', false, said.text()); });
  for (const [name, value] of Object.entries({ account: 'admin', display_name: 'Admin', password: PASSWORD, again: PASSWORD })) await page.fill(`[name=${name}]`, value);
  await page.click('button.primary');
  await page.waitForURL(`${base}/`);

  const api = (path, body) => page.evaluate(async ([path, body]) => {
    const { csrf } = await (await fetch('/api/v1/me')).json();
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
    return (await fetch(`/api/v1${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : {})).json();
  }, [path, body]);
  const feed = (await api('/feeds', { of: 'rota/payments' })).url;
  check('a feed is made', Boolean(feed));
  const calendar = () => page.evaluate(async (url) => (await (await fetch(new URL(url).pathname)).text()).replaceAll('\r\n ', ''), feed);

  // The watches of the coming days, from the one that runs.
  const now = Date.now();
  const iso = (at) => new Date(at).toISOString().replace(/\.\d+Z/, 'Z');
  const shifts = async () => (await api(`/shifts?rota=payments&from=${iso(now)}&until=${iso(now + 9 * DAY)}`)).items;
  const midnight = (days) => new Date(Math.floor(now / DAY) * DAY + days * DAY);
  const watch = (shift) => `${base}/changes/watch?${new URLSearchParams({ rota: 'payments', layer: 'london', person: shift.person, from: shift.from, until: shift.until })}`;
  const on = async (at) => (await api(`/oncall?rota=payments&at=${iso(at)}`)).items.map((one) => one.person).join();
  const NAMES = { wen: 'Wen Li', mei: 'Mei Chan', ana: 'Ana Ruiz' };
  const stamp = (at) => iso(at).replaceAll(/[-:]/g, '');
  /** Who has the watch at this instant, as the API, the feed, the rota and the day say it. */
  async function everywhere(what, at, person) {
    check(`${what}: the API`, await on(at) === person, await on(at));
    const events = (await calendar()).split('BEGIN:VEVENT').slice(1);
    const field = (event, name) => event.match(new RegExp(`^${name}[^:]*:(.*)$`, 'm'))?.[1].trim() ?? '';
    const mine = events.filter((event) => field(event, 'DTSTART') <= stamp(at) && stamp(at) < field(event, 'DTEND'));
    check(`${what}: the feed`, mine.length === 1 && field(mine[0], 'UID').includes(`.${person}`), mine.map((event) => field(event, 'UID')).join());
    const before = page.url();
    await page.goto(`${base}/rotas/payments`);
    const found = (await shifts()).find((shift) => new Date(shift.from) <= at && at < new Date(shift.until));
    const link = page.locator(`a[href*="person=${person}&from=${found.from}"]`);
    check(`${what}: the rota`, await link.count() > 0, `${person} from ${found.from}`);
    await page.goto(before);
  }

  // Cover for two hours of the day after tomorrow.
  const due = (await shifts()).find((shift) => new Date(shift.from) >= midnight(2));
  const owner = due.person, other = owner === 'wen' ? 'mei' : 'wen';
  const noon = new Date(midnight(2).getTime() + DAY / 2 + 1_800_000);
  const wall = (at) => iso(at).slice(0, 16);
  const day = wall(noon).slice(0, 10);
  await page.goto(watch(due));
  await everyLook(page, 'one watch');
  await send(page, 'form[action="/changes/ask"]', { from: `${day}T12:00`, until: `${day}T14:00`, reason: 'dentist' }, 'Ask who can take it');
  check('it is asked for', (await text(page, '#wanted')).includes('dentist') && (await text(page, '#wanted')).includes(NAMES[owner]));
  check('those who can are named', (await text(page, '#wanted')).includes(NAMES[other]));
  check('whom it is told is shown', /\d notices/.test(await text(page, '#wanted')), await text(page, '#wanted'));
  await page.locator('#wanted details.told').first().evaluate((at) => { at.open = true; });
  check('and what came of it', /(being told|told|will be told) by (hook|mail)/.test(await text(page, '#wanted details.told')), await text(page, '#wanted details.told'));
  await everywhere('while it is asked', noon, owner);
  await everyLook(page, '/changes, asked');
  await send(page, '#wanted form[action$="/take"]', { by: other }, 'Takes it');
  check('nobody is asked any more', (await text(page, '#wanted')).includes('Nobody is asked'));
  await everywhere('taken', noon, other);
  await page.locator('#history form[action$="/undo"]').first().locator('button').click();
  await page.waitForLoadState('load');
  check('it is said to be undone', (await text(page, '#history')).includes('undone'));
  await everywhere('undone', noon, owner);

  // Whoever is asked answers from the list of the control room: they decline, and refuse a swap.
  const theirAccount = await api('/accounts', { account: other, display_name: NAMES[other], role: 'responder', person: other, password: PASSWORD });
  check('an account of the other', theirAccount.account === other, JSON.stringify(theirAccount));
  const { page: desk } = await open(`${base}/login`);
  for (const [name, value] of Object.entries({ account: other, password: PASSWORD })) await desk.fill(`[name=${name}]`, value);
  await desk.click('button.primary');
  await desk.waitForURL(`${base}/`);
  const answers = async (button, said) => {
    await desk.goto(`${base}/`);
    check(`needs you: ${said}`, (await text(desk, '#needs')).includes(said), await text(desk, '#needs'));
    await Promise.all([desk.waitForResponse((r) => r.request().method() === 'POST'), desk.locator(`#needs li:has-text("${said}") button:has-text("${button}")`).click()]);
    await desk.waitForLoadState('load');
    await desk.goto(`${base}/`);
    check(`needs you no more: ${said}`, !(await text(desk, '#needs')).includes(said), await text(desk, '#needs'));
  };
  await page.goto(watch(due));
  await send(page, 'form[action="/changes/ask"]', { from: `${day}T16:00`, until: `${day}T18:00`, reason: 'school play' }, 'Ask who can take it');
  await everyLook(desk, 'the room of whoever is asked');
  await answers('Decline', `Cover asked by ${NAMES[owner]}`);
  await page.goto(`${base}/changes`);
  check('who declined is shown', (await text(page, '#wanted')).includes(`${NAMES[other]}, can't`), await text(page, '#wanted'));
  await everywhere('declined', new Date(midnight(2).getTime() + 17 * 3_600_000), owner);
  const given = (await shifts()).find((shift) => new Date(shift.from) >= midnight(3) && shift.person === owner);
  await page.goto(watch(given));
  const offered = await page.locator('form[action="/changes/swap"] [name=other] option').evaluateAll((all) => all.map((one) => one.value));
  await send(page, 'form[action="/changes/swap"]', { other: offered.find((value) => value.split('|')[1] === other && value.split('|')[2] > given.until) }, 'Propose the swap');
  await answers('Refuse', `${NAMES[owner]} proposes a swap`);
  await page.goto(`${base}/changes`);
  check('no swap waits', (await text(page, '#swaps')).includes('No swap waits'), await text(page, '#swaps'));
  check('it is said to be refused', (await text(page, '#history')).includes('refused'), await text(page, '#history'));
  await everywhere('refused', new Date(new Date(given.from).getTime() + DAY / 4), owner);

  // A swap: the other accepts, the lead approves.
  const mine = (await shifts()).find((shift) => new Date(shift.from) >= midnight(3) && shift.person === owner);
  await page.goto(watch(mine));
  const theirs = await page.locator('form[action="/changes/swap"] [name=other] option').evaluateAll((all) => all.map((one) => one.value));
  const wanted = theirs.find((value) => value.split('|')[1] === other && value.split('|')[2] > mine.until);
  await send(page, 'form[action="/changes/swap"]', { other: wanted }, 'Propose the swap');
  check('the swap waits for the other', (await text(page, '#swaps')).includes(NAMES[other]));
  await everyLook(page, '/changes, a swap');
  const [, , from] = wanted.split('|');
  const one = new Date(new Date(mine.from).getTime() + DAY / 4), two = new Date(new Date(from).getTime() + DAY / 4);
  await everywhere('proposed', one, owner);
  await send(page, '#swaps form[action$="/accept"]', {}, 'Accept');
  check('the swap waits for the lead', (await text(page, '#swaps')).includes('Ana Ruiz'));
  await everywhere('accepted, not approved', one, owner);
  await send(page, '#swaps form[action$="/approve"]', {}, 'Approve');
  check('no swap waits', (await text(page, '#swaps')).includes('No swap waits'));
  await everywhere('swapped, one half', one, other);
  await everywhere('swapped, the other half', two, owner);

  // Leave over a watch: it stays theirs, as a conflict, until somebody takes it.
  await page.goto(`${base}/changes`);
  // The window may end within a watch, which is no whole one then.
  const whole = (shift) => new Date(shift.until) < now + 9 * DAY - 60_000;
  const last = (await shifts()).filter((shift) => shift.person === other && whole(shift)).pop();
  const away = last.from.slice(0, 10);
  await send(page, 'form[action="/changes/leave"]', { person: other, first: away, last: away, note: 'wedding' }, 'Add');
  check('the leave stands there', (await text(page, '#away')).includes('wedding'));
  check('cover is asked for', (await text(page, '#wanted')).includes('on leave'));
  const during = new Date(new Date(last.from).getTime() + DAY / 3);
  await everywhere('on leave, nobody took it', during, other);
  await everyLook(page, '/changes, leave');

  // Sickness now.
  const sick = await on(new Date());
  await send(page, 'form[action="/changes/sick"]', { person: sick, note: 'flu' }, 'Report');
  check('who is sick stands there', (await text(page, '#away')).includes('Sick') && (await text(page, '#away')).includes(NAMES[sick]));
  check('cover is asked for at once', (await text(page, '#wanted')).includes('sick'));
  await everyLook(page, '/changes, sick');
  const taker = sick === 'wen' ? 'mei' : 'wen';
  await send(page, '#wanted tr:has-text("sick") form[action$="/take"]', { by: taker }, 'Takes it');
  // It begins with the very second of the taking, and the API is asked by whole seconds.
  const after = new Date(Date.now() + 2_000);
  await page.waitForTimeout(Math.max(0, after - Date.now()));
  await everywhere('sick, and taken', after, taker);
  await page.goto(`${base}/`);
  check('the day says so', (await text(page)).includes(NAMES[taker]));
  await everyLook(page, 'the day');
  await page.goto(`${base}/changes`);
  await everyLook(page, '/changes at the end');
});
if (breaches.length) { console.log(breaches.join('\n')); process.exit(1); }
