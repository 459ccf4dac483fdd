// handoff.mjs BASE SETUP: a watch is handed over by people in a browser: a question, an answer, a contingency, a refusal,
// a read-back, and a late acceptance; once without a script. Prints each breach; exit code 1 if there is one.
import { axe, commandLine, tooWide, withBrowser } from './browser.mjs';

const { words: [base, setup] } = commandLine();
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PASSWORD = 'nine black horses at dawn';
const source = axe();
const breaches = [];
const check = (what, holds, more = '') => { if (!holds) breaches.push(`${what} ${more}`.trim()); };

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

/** Opens the small form behind this summary, fills it, and sends it. */
async function send(page, form, values, button) {
  const place = page.locator(form);
  if (await place.evaluate((at) => at.tagName === 'DETAILS')) await place.evaluate((at) => { at.open = true; });
  for (const [name, value] of Object.entries(values)) {
    const field = place.locator(`[name=${name}]:not([type=hidden])`).first();
    if (await field.evaluate((at) => at.tagName === 'SELECT')) await field.selectOption(value);
    else await field.fill(value);
  }
  await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST'), place.locator(`button:has-text("${button}")`).first().click()]);
  await page.waitForLoadState('load');
}

const text = (page, place = 'main') => page.innerText(place);

await withBrowser(async (open) => {
  const { page } = await open(setup);
  page.on('console', (said) => { if (said.type() === 'error' && !/status of 4\d\d|ERR_/.test(said.text())) check('console', false, said.text()); });
  for (const [name, value] of Object.entries({ account: 'admin', display_name: 'Admin', password: PASSWORD, again: PASSWORD })) await page.fill(`[name=${name}]`, value);
  await page.click('button.primary');
  await page.waitForURL(`${base}/`);
  await page.goto(`${base}/handoffs`);
  check('the open handoff is listed', (await text(page, '#open')).includes('London to New York'));
  check('the menu counts it', (await text(page, '#nav')).match(/Handoffs\s*1/) !== null);
  await everyLook(page, '/handoffs');
  await page.click('#open a:has-text("London to New York")');
  const item = '#item-incident-1';
  check('the incident is the first item, unstable', (await text(page, item)).includes('Unstable'));
  check('what stands before acceptance is said', (await text(page, '#accept')).includes('before acceptance'));
  await everyLook(page, '/handoffs/1');

  await send(page, '#ask', { item: 'incident/1', text: 'The same host twice?', by: 'oliver' }, 'Ask');
  check('the question stands at the item', (await text(page, item)).includes('Asked by Oliver Grant: The same host twice?'));
  await send(page, `${item} form:has([name=question])`, { text: 'Yes, the same', by: 'tom' }, 'Answer');
  check('and its answer', (await text(page, item)).includes('Tom Ashdown: Yes, the same'));
  await send(page, `${item} details:has(summary:text-is("Add")) >> nth=0`, { owner: 'Tom Ashdown', by: 'tom' }, 'Add');
  await send(page, `${item} details:has(summary:text-is("Add")) >> nth=0`, { contingency: 'If it does not flow, invoke the plan', by: 'tom' }, 'Add');
  check('owner and contingency are there', /Owner Tom Ashdown[\s\S]*invoke the plan/.test(await text(page, item)), await text(page, item));

  // A refusal, with the reason; the outgoing stay responsible.
  await send(page, '#refuse', { reason: 'The bridge is down', by: 'oliver' }, 'Refuse');
  check('the refusal is said', (await text(page, '#handoff-due')).includes('The bridge is down'));
  check('and who stays responsible', (await text(page, '#handoff-due')).includes('Tom Ashdown stays responsible'));

  // The brief's own words are no read-back.
  const read = `${item} form:has([name=words])`;
  await send(page, read, { words: (await page.innerText(`${item} td:nth-child(3) b`)).trim(), by: 'oliver' }, 'Read back');
  check('the own words are asked for', (await text(page)).includes('say it in your own'));
  await send(page, read, { words: 'I watch the wires; if nothing flows by eight I invoke the plan.', by: 'oliver' }, 'Read back');
  check('it is read back', (await text(page, item)).includes('Read back'));
  check('nothing stands before acceptance', (await text(page, '#accept')).includes('Nothing stands before acceptance'));

  // It becomes late while the page stands open.
  await page.locator('#handoff-due:has-text("late")').waitFor({ timeout: 120_000 });
  await everyLook(page, '/handoffs/1 late');
  await page.emulateMedia({ media: 'print' });
  check('printed, there is a line to sign', await page.locator('#accept .only-print').isVisible());
  check('printed, there is no form', await page.locator('main form:visible').count() === 0);
  await page.emulateMedia({ media: 'screen' });

  // Without a script the acceptance works as well.
  const { page: bare } = await open(`${base}/login?next=%2Fhandoffs%2F1`, { scripts: false, width: 390 });
  await bare.fill('[name=account]', 'admin');
  await bare.fill('[name=password]', PASSWORD);
  await bare.click('button.primary');
  await bare.waitForURL(/\/handoffs\/1/);
  await bare.locator('#accept form.accepting [name=by]').selectOption('oliver');
  await bare.click('button:has-text("Accept the watch")');
  await bare.waitForLoadState('load');
  check('it is accepted, late', /Accepted by Oliver Grant/.test(await bare.innerText('#handoff-due')), await bare.innerText('#handoff-due'));
  await page.locator('#handoff-due:has-text("Accepted by Oliver Grant")').waitFor();
  await page.goto(`${base}/handoffs?q=wires`);
  check('the history finds it by its words', (await text(page, '#ended')).includes('London to New York'));
  check('the figures know it', /London to New York/.test(await text(page, '#figures')));
  await everyLook(page, '/handoffs ended');
  await page.goto(`${base}/incidents/1`);
  check('the incident tells of the promise and the watch', (await text(page)).includes('INC-1'));
});
if (breaches.length) { console.log(breaches.join('\n')); process.exit(1); }
