// The activity record as a view of its own.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';
import { record } from './scenes.mjs';

let it_;
before(async () => (it_ = await stage()));
after(() => it_.close());

async function on(scene, body) {
  const { page, close } = await it_.open(scene);
  await body(page);
  await close();
}

const lines = (page) => page.locator('main li');
const whats = (page) => lines(page).locator('.what').allTextContents();
const count = (page, n) => page.waitForFunction((n) => document.querySelectorAll('main li').length === n, n);
/** How far a line is from the top of what scrolls. */
const place = (page, time) =>
  page
    .locator('main li', { has: page.locator(`time[datetime="${time}"]`) })
    .first()
    .evaluate((line) => line.getBoundingClientRect().top);

describe('the activity record', () => {
  it('is reached from the header, and Esc leads back', () =>
    on('few', async (page) => {
      await page.getByRole('button', { name: 'Activity' }).click();
      await page.waitForSelector('h1:focus');
      assert.equal(await page.textContent('h1'), 'Activity');
      await lines(page).first().waitFor();
      await page.keyboard.press('Escape');
      await page.waitForSelector('[data-row]:focus');
    }));

  it('shows what happened over all connections, newest first, under its days', () =>
    on('few', async (page) => {
      await record(page);
      await count(page, 42);
      const times = await lines(page)
        .locator('time')
        .evaluateAll((all) => all.map((time) => time.dateTime));
      assert.deepEqual(times, times.toSorted().reverse());
      const days = await page.locator('main h2').allTextContents();
      assert.ok(days.length >= 2 && new Set(days).size === days.length, days.join());
      const released = lines(page).filter({ hasText: 'Token handed out' }).first();
      assert.match(await released.textContent(), /\d\d:\d\d:\d\d.*Token handed out.*raw.*command line/s);
    }));

  it('is narrowed by connection, kind, channel, time and words; the engine is asked, not the page', () =>
    on('few', async (page) => {
      await record(page);
      await page.getByLabel('Connection', { exact: true }).selectOption({ label: 'GitHub work' });
      await count(page, 7);
      await page.getByLabel('Kind').selectOption({ label: 'Tokens handed out' });
      await count(page, 1);
      assert.deepEqual(await whats(page), ['Token handed out']);
      await page.getByLabel('Time').selectOption({ label: 'Last hour' });
      await page.getByText('Nothing like that has happened.').waitFor();
      await page.getByRole('button', { name: 'Clear the filter' }).click();
      await count(page, 42);
      await page.getByLabel('Channel').selectOption({ label: 'command line' });
      await count(page, 6);
      await page.keyboard.press('Home');
      await page.locator('h1').focus();
      await page.keyboard.press('/');
      await page.keyboard.type('GITHUB raw');
      await count(page, 1);
      const asked = await page.evaluate(() => __fake.calls.filter((call) => call.startsWith('activity')).length);
      assert.ok(asked >= 6, `${asked} questions`);
      await page.keyboard.press('Escape');
      await count(page, 6);
      assert.equal(await page.getByLabel('Words').inputValue(), '');
    }));

  it('comes in pages', () =>
    on('full-50', async (page) => {
      await record(page);
      await count(page, 100);
      await page.getByRole('button', { name: 'Show more' }).click();
      await count(page, 200);
      for (const n of [300, 350]) {
        await page.getByRole('button', { name: 'Show more' }).click();
        await count(page, n);
      }
      assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0);
      const times = await lines(page)
        .locator('time')
        .evaluateAll((all) => all.map((time) => time.dateTime));
      assert.deepEqual(times, times.toSorted().reverse());
    }));

  it('grows at its top, and what is being read stays where it is', () =>
    on('full-50', async (page) => {
      await record(page);
      const release = (times) => page.evaluate((times) => __fake.release(__fake.views()[0].id, times), times);
      await release(1);
      await count(page, 101);
      assert.equal((await whats(page))[0], 'Token handed out', 'at the top new lines are seen at once');

      await page.locator('.scroll').evaluate((scroller) => scroller.scrollTo(0, 500));
      const time = await lines(page).nth(30).locator('time').getAttribute('datetime');
      const before = await place(page, time);
      await release(3);
      await count(page, 104);
      const fresh = page.getByRole('button', { name: '3 new lines' });
      await fresh.waitFor();
      assert.ok(Math.abs((await place(page, time)) - before) < 1, 'it has moved');
      await fresh.click();
      await fresh.waitFor({ state: 'detached' });
      assert.equal(await page.locator('.scroll').evaluate((scroller) => scroller.scrollTop), 0);
    }));

  it('takes no new line that the filter leaves out', () =>
    on('few', async (page) => {
      await record(page);
      await page.getByLabel('Kind').selectOption('refreshes');
      await page.waitForFunction(() =>
        [...document.querySelectorAll('main li .what')].every((what) => what.textContent.startsWith('Refresh')),
      );
      const before = await lines(page).count();
      await page.evaluate(() => __fake.release(__fake.views()[0].id, 1));
      await page.waitForFunction(() => __fake.calls.at(-1).includes('"after"'));
      assert.equal(await lines(page).count(), before);
    }));

  it('leads to a connection that is still there', () =>
    on('few', async (page) => {
      await record(page);
      await page.getByRole('button', { name: 'Open GitHub work' }).first().click();
      await page.waitForSelector('#panel-title:focus');
      assert.equal(await page.textContent('#panel-title'), 'GitHub work');
    }));

  it('is written to a file as the filter shows it, whole', () =>
    on('full-50', async (page) => {
      await record(page);
      await page.getByLabel('Kind').selectOption('refreshes');
      await count(page, 100);
      await page.getByText('Exported files go to /home/octavia/Downloads.').waitFor();
      await page.getByRole('button', { name: 'Export CSV' }).click();
      await page.getByText('Written to /home/octavia/Downloads/tokenrack-activity.csv.').waitFor();
      const whole = await page.evaluate(() => __fake.exported);
      assert.ok(whole > 100, `${whole} lines`);
      await page.getByRole('button', { name: 'Export JSON Lines' }).click();
      await page.getByText('tokenrack-activity.jsonl').waitFor();
    }));

  it('says why it cannot be read, and tries again', () =>
    on('record-broken', async (page) => {
      await page.keyboard.press('Control+l');
      assert.match(await page.locator('.problem').first().textContent(), /problem of its own/);
      await page.getByRole('button', { name: 'Retry' }).click();
      await page.waitForFunction(() => __fake.calls.filter((call) => call.startsWith('activity')).length >= 2);
    }));
});
