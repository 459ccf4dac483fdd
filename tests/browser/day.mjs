// day.mjs morning|night BASE DIR: a day of handoffs by people in a browser, three sites, logged in as `ops`. In the morning
// one in time, with a refused acceptance, a question, a read-back and a refusal; at night one that is late until the leads
// are paged, and one in an emergency. Nothing here is in a hurry: a slow machine finds the same.
// Leaves a picture of every step in DIR. Prints each breach; exit code 1 if there is one.
import { mkdirSync } from 'node:fs';
import { axe, commandLine, tooWide, withBrowser } from './browser.mjs';

const { words: [part, base, dir] } = commandLine();
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const [ACCOUNT, PASSWORD] = ['ops', 'correct horse battery'];
const source = axe();
const breaches = [];
const check = (what, holds, more = '') => { if (!holds) breaches.push(`${what} ${more}`.trim()); };
mkdirSync(dir, { recursive: true });

/** The page in every look: a picture of each, axe clean, and nothing wider than the screen. */
async function look(page, as) {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      if (!await page.evaluate(() => Boolean(globalThis.axe))) await page.evaluate(source);
      const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), TAGS);
      for (const { id, nodes } of violations) check(`${as} ${colorScheme} ${width}: ${id}`, false, nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary}`).join('\n'));
      await page.screenshot({ path: `${dir}/${as}-${width}-${colorScheme}.png`, fullPage: true });
    }
    const wide = await tooWide(page);
    check(`${as} ${width}: nothing is wider than the screen`, !wide, wide);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Fills the form at this place and sends it; a small form behind a summary is opened first. */
async function send(page, form, values, button) {
  const place = page.locator(form).first();
  await place.evaluate((at) => { const pop = at.closest('details'); if (pop) pop.open = true; });
  for (const [name, value] of Object.entries(values)) {
    const field = place.locator(`[name="${name}"]:not([type=hidden])`).first();
    if (await field.evaluate((at) => at.tagName === 'SELECT')) await field.selectOption(value);
    else await field.fill(value);
  }
  await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), place.locator(`button:has-text("${button}")`).first().click()]);
  await page.waitForLoadState('load');
}

const text = (page, place = 'main') => page.innerText(place);
/** `2026-03-17T18:25`, so many minutes from now. */
const soon = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 16);
const item = '#item-incident-1';
const says = async (page, what, place, wanted) => { const found = await text(page, place); check(what, wanted.test(found), `found: ${found}`); };

async function logIn(page, path) {
  await page.fill('[name=account]', ACCOUNT);
  await page.fill('[name=password]', PASSWORD);
  await page.click('button.primary');
  await page.waitForURL(`**${path}`);
}

/** A page without a script, at a phone, logged in. */
async function bareAt(open, path) {
  const { page } = await open(`${base}/login?next=${encodeURIComponent(path)}`, { scripts: false, width: 390 });
  await logIn(page, path);
  // By the keyboard, so that what is greyed out can be pressed as well: it says why not.
  const press = async (button) => {
    await page.focus(button);
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  };
  return { page, press };
}

/** The incident of the brief gets an owner and a contingency. */
async function ownedAndPlanned(page, owner) {
  await send(page, `${item} form:has([name=owner][required]):not(:has([name=due]))`, { owner }, 'Add');
  await send(page, `${item} form:has([name=contingency][required])`, { contingency: 'If it does not flow, invoke the plan' }, 'Add');
}

/** London to New York, in time. */
async function inTime(page, open) {
  await look(page, '01-day');
  await page.goto(`${base}/handoffs`);
  await says(page, 'the menu counts the open handoffs', '#nav', /Handoffs\s*[12]/);
  await page.click('#open a:has-text("London to New York")');
  await says(page, 'the incident is unstable', item, /Unstable/);
  await says(page, 'nobody has to say in whose name at every form', '#in-name', /As Tom Ashdown and Oliver Grant/);
  const { page: bare, press } = await bareAt(open, '/handoffs/1');
  await press('button:has-text("Accept the watch")');
  await says(bare, 'an acceptance is refused, with what stands before it', 'body', /Nothing was changed: before acceptance: read the brief first/);
  await bare.screenshot({ path: `${dir}/02-refused-without-script.png` });
  await says(page, 'and each thing is named at the button', '#accept', /Read the brief first[\s\S]*read back item 1[\s\S]*contingency/);
  await look(page, '02-refused');
  await send(page, '#ask form', { item: 'incident/1', text: 'The same host twice?' }, 'Ask');
  await says(page, 'the question stands at the item', item, /Asked by Oliver Grant: The same host twice\?/);
  await send(page, `${item} form:has([name=question])`, { text: 'Yes, the same' }, 'Answer');
  await says(page, 'and its answer', item, /Tom Ashdown: Yes, the same/);
  await ownedAndPlanned(page, 'Tom Ashdown');
  await says(page, 'owner and contingency are there', item, /Owner Tom Ashdown[\s\S]*invoke the plan/);
  await send(page, `${item} form[action$=action]:not(:has([name=number]))`, { text: 'capture outside fw-2', owner: 'the network team', due: soon(90) }, 'Add');
  await send(page, `${item} form[action$=action]:has([name=number])`, { text: 'capture on both sides of fw-2' }, 'Keep');
  await says(page, 'an action is changed, in a name', item, /the network team: capture on both sides/);
  check('and it says whose words they are', /Said by Tom Ashdown/.test(await page.textContent(item)));
  // The day in the brief, whole: read, refused with a reason, read back.
  await send(page, '#accept form.reading', {}, 'I have read the brief');
  await says(page, 'it is said who has read', '#handoff-due', /Read by Oliver Grant/);
  await send(page, `${item} form[action$=amend]:has([name=note])`, { note: 'Seven are in doubt' }, 'Keep');
  await says(page, 'what changed since is marked', item, /Changed since you read/);
  await says(page, 'and stands before acceptance', '#accept', /Read item 1 again, it changed/);
  await look(page, '03-changed');
  await send(page, '#accept form.reading', {}, 'I have read what changed');
  await send(page, '#refuse form', { reason: 'The bridge is down' }, 'Refuse');
  await says(page, 'the refusal is said, and who stays responsible', '#handoff-due', /Tom Ashdown stays responsible[\s\S]*The bridge is down/);
  const read = `${item} form.readback`;
  const summary = (await page.innerText(`${item} td:nth-child(3) b`)).trim();
  await send(page, read, { words: summary, next: 'the capture', next_at: soon(30) }, 'Read back');
  await says(page, 'the own words are asked for', 'main', /say it in your own/);
  await send(page, read, { words: 'Wires stop; if nothing flows by eight I invoke the plan.', next: 'the capture outside fw-2', next_at: soon(30) }, 'Read back');
  await says(page, 'it is read back, with what comes next and when', item, /Next the capture outside fw-2, (\w{3} \d+ \w{3} )?\d\d:\d\d[\s\S]*Read back/);
  await says(page, 'nothing stands before acceptance', '#accept', /Nothing stands before acceptance/);
  await look(page, '04-ready');
  await printed(page);
  await send(page, '#accept form.accepting', {}, 'Accept the watch');
  await says(page, 'the watch is Oliver’s', '#handoff-due', /Accepted by Oliver Grant/);
  await look(page, '05-accepted');
}

async function printed(page) {
  await page.setViewportSize({ width: 794, height: 1123 });
  await page.emulateMedia({ media: 'print' });
  check('printed, there is a line to sign', await page.locator('#accept .only-print').isVisible());
  check('printed, there is no form', await page.locator('main form:visible').count() === 0);
  await page.screenshot({ path: `${dir}/04-ready-print.png`, fullPage: true });
  const pdf = await page.pdf({ path: `${dir}/04-ready-print.pdf`, format: 'A4' });
  check('printed, it is one page', (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length === 1);
  await page.emulateMedia({ media: 'screen' });
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** New York to Hong Kong: nobody comes, both are paged, then the lead. */
async function late(page, open) {
  await page.goto(`${base}/handoffs/2`);
  await page.locator('#handoff-due:has-text("late")').waitFor({ timeout: 180_000 });
  await page.locator('#handoff-due:has-text("Both sides are paged")').waitFor();
  await says(page, 'the outgoing stay responsible', '#handoff-due', /Oliver Grant stays responsible/);
  await ownedAndPlanned(page, 'Oliver Grant');
  await look(page, '06-late');
  await page.goto(`${base}/`);
  await says(page, 'the day says so as well', 'main', /New York\s*holds the watch/i);
  await look(page, '07-day-late');
  const incident = await page.evaluate(async () => (await (await fetch('/handoffs/2')).text()).match(/\/incidents\/(\d+)">INC-\d+<\/a>[^<]*(?:, then|\.)/)?.[1]);
  check('the late handoff names its incident', incident !== undefined);
  await page.goto(`${base}/incidents/${incident}`);
  await page.locator('main table:has-text("Ruth Adeyemi")').first().waitFor({ timeout: 180_000 });
  await look(page, '08-lead-paged');
  // At a phone and without a script the brief is read, read back and accepted as well.
  const { page: bare, press } = await bareAt(open, '/handoffs/2');
  await press('button:has-text("I have read the brief")');
  await bare.fill(`${item} form.readback [name=words]`, 'The wires are still held; the network team captures.');
  await bare.fill(`${item} form.readback [name=next]`, 'the answer of the network team');
  await bare.fill(`${item} form.readback [name=next_at]`, soon(45));
  await press(`${item} form.readback button`);
  await press('button:has-text("Accept the watch")');
  const said = await bare.innerText('#handoff-due');
  check('it is accepted, late', /Accepted by Wen Li/.test(said), said + await bare.innerText('#accept'));
  await page.goto(`${base}/handoffs/2`);
  await look(page, '09-accepted-late');
}

/** Hong Kong to London, in an emergency; then what the history and the figures say of the day. */
async function emergency(page) {
  await page.goto(`${base}/handoffs/3`);
  await send(page, '#accept form.accepting:has([name=emergency])', {}, 'Accept in an emergency');
  await says(page, 'it is marked', '#handoff-due', /Accepted in an emergency by Priya Nair/);
  await look(page, '10-emergency');
  await page.goto(`${base}/handoffs?q=wires&person=wen`);
  await says(page, 'the history finds by words and person', '#ended', /New York to Hong Kong[\s\S]*/);
  check('and only that', !/London to New York/.test(await text(page, '#ended')));
  await page.goto(`${base}/handoffs`);
  await says(page, 'the figures know each edge', '#figures', /Hong Kong to London[\s\S]*London to New York[\s\S]*New York to Hong Kong/);
  await look(page, '11-history');
  await page.click('#figures tr:has-text("New York to Hong Kong") a[aria-label*="accepted late"]');
  await page.waitForURL(/only=late/);
  await says(page, 'a figure opens what is behind it', '#ended', /New York to Hong Kong/);
  check('and nothing else', !/London to New York/.test(await text(page, '#ended')));
  await page.goto(`${base}/`);
  await look(page, '12-day-after');
}

await withBrowser(async (open) => {
  const { page } = await open(`${base}/login`);
  page.on('console', (said) => { if (said.type() === 'error' && !/status of 4\d\d|ERR_/.test(said.text())) check('console', false, said.text()); });
  await logIn(page, '/');
  if (part === 'morning') await inTime(page, open);
  else {
    await late(page, open);
    await emergency(page);
  }
});
if (breaches.length) { console.log(breaches.join('\n')); process.exit(1); }
