// Filter, groups, selection, and what is done with several connections at once.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';
import { arrange } from './scenes.mjs';

let it_;
before(async () => (it_ = await stage()));
after(() => it_.close());

async function on(scene, options, body) {
  const { page, close } = await it_.open(scene, options);
  await body(page);
  await close();
}

const rows = (page) => page.locator('[data-row]');
const names = (page) => page.locator('[data-row] strong').allTextContents();
const selected = (page) => page.locator('[data-row][aria-selected=true] strong').allTextContents();
const focused = (page) =>
  page.evaluate(() => document.activeElement?.dataset.row ?? document.activeElement?.dataset.group ?? null);
const bar = (page) => page.getByRole('region', { name: 'Selection' });
const said = (page, words) => page.locator('.bar p', { hasText: words }).waitFor();
/** Where every cell of the table is. */
const places = (page) =>
  page
    .locator('[data-row] > *, .head > *')
    .evaluateAll((cells) => cells.map((cell) => [cell.offsetLeft, cell.offsetTop, cell.offsetWidth].join()));

/** Rows and heads, drawn or not. */
const all = async (page) =>
  Number(await page.locator('[role=grid], [role=treegrid]').getAttribute('aria-rowcount')) - 1;

describe('the filter', () => {
  it('is chosen with a pointer, counted, shown as chips and taken back one by one', () =>
    on('full-50', {}, async (page) => {
      await arrange(page);
      await page.getByRole('checkbox', { name: 'GitHub' }).check();
      await page.getByRole('checkbox', { name: 'Google' }).check();
      assert.equal(await rows(page).count(), 12);
      await page.getByRole('checkbox', { name: 'prod' }).check();
      assert.match(await page.textContent('.chips'), /3 of 50/);
      await page.keyboard.press('Escape');
      await page.waitForSelector('.menu', { state: 'detached' });
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Filter and group');

      assert.equal(await rows(page).count(), 3);
      await page.getByRole('button', { name: 'Remove the filter Environment: prod' }).click();
      assert.equal(await all(page), 12);
      await page.fill('#filter', 'work');
      assert.deepEqual(
        (await names(page)).filter((name) => !/^(GitHub|Google) work$/.test(name)),
        [],
      );
      await page.getByRole('button', { name: 'Show all' }).click();
      assert.equal(await all(page), 50);
      assert.equal(await page.inputValue('#filter'), '');
    }));

  it('says so when it lets nothing through, and Esc takes it back', () =>
    on('few', {}, async (page) => {
      await arrange(page);
      await page.getByRole('checkbox', { name: 'Slack' }).check();
      await page.getByRole('checkbox', { name: 'prod' }).check();
      await page.keyboard.press('Escape');
      assert.match(await page.textContent('.none'), /Nothing matches this filter/);
      await page.keyboard.press('Escape');
      assert.equal(await rows(page).count(), 6);
    }));

  it('closes its menu with a click elsewhere and with its button', () =>
    on('few', {}, async (page) => {
      for (const close of [
        () => page.mouse.click(40, 400),
        () => page.getByRole('button', { name: 'Filter and group' }).click(),
      ]) {
        await arrange(page);
        await close();
        await page.waitForSelector('.menu', { state: 'detached' });
      }
    }));

  it('stays within the smallest window', () =>
    on('full-50', { viewport: { width: 480, height: 360 } }, async (page) => {
      await arrange(page);
      const { x, y, width, height } = await page.locator('.menu').boundingBox();
      assert.ok(x >= 0 && x + width <= 480 && y + height <= 360, `${x} ${y} ${width} ${height}`);
      await page.getByRole('checkbox', { name: 'Spotify' }).check();
      assert.equal(await page.getAttribute('[role=grid]', 'aria-rowcount'), '6');
    }));
});

describe('groups', () => {
  it('are chosen, remembered, and hold the accounts of one provider', () =>
    on('full-50', {}, async (page) => {
      await arrange(page);
      await page.getByText('Provider', { exact: true }).first().click();
      await page.waitForSelector('[role=treegrid]');
      assert.equal(await page.evaluate(() => __fake.settings().grouping), 'provider');
      await page.keyboard.press('Escape');
      assert.equal(
        await page.locator('[data-group] strong').first().textContent(),
        'Microsoft',
        'the most urgent is first',
      );
      const groups = await page
        .locator('[role=rowgroup]')
        .evaluateAll((groups) =>
          groups
            .slice(1)
            .map(
              (group) =>
                new Set([...group.querySelectorAll('[data-row] .provider')].map((p) => p.textContent.trim())).size,
            ),
        );
      // Of a group at the end of what is drawn it may be the head alone.
      assert.deepEqual(
        groups.filter((providers) => providers > 1),
        [],
      );
      assert.equal(await page.getAttribute('[role=treegrid]', 'aria-rowcount'), '60');
    }));

  it('show their worst, and that something is wrong only where it is', () =>
    on('full-50', { query: '&group=status' }, async (page) => {
      const shapes = await page
        .locator('[data-group]')
        .evaluateAll((heads) =>
          heads.map((head) => [
            head.querySelector('strong').textContent,
            head.querySelector('[role=gridcell] svg').classList[1],
          ]),
        );
      const of = Object.fromEntries(shapes);
      assert.equal(of['Needs you'], 'action_needed');
      assert.equal(of['Connected'], 'connected', 'though one of them expires soon');
    }));

  it('fold and unfold by keyboard, and the left arrow leads to their head', () =>
    on('full-50', { query: '&group=provider' }, async (page) => {
      await rows(page).first().focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowLeft');
      assert.equal(await focused(page), 'provider:microsoft');
      const head = page.locator('[data-group="provider:microsoft"]');
      for (const [key, expanded, shown] of [
        ['ArrowLeft', 'false', 53],
        ['ArrowRight', 'true', 59],
        ['Enter', 'false', 53],
        ['Enter', 'true', 59],
      ]) {
        await page.keyboard.press(key);
        assert.equal(await head.getAttribute('aria-expanded'), expanded);
        assert.equal(await all(page), shown);
        assert.equal(await focused(page), 'provider:microsoft');
      }
      assert.equal(await page.locator('aside').count(), 0);
      await head.click();
      assert.equal(await all(page), 53);
    }));

  it('keep their head in sight, and reach all of a thousand', () =>
    on('full-1000', { query: '&group=provider' }, async (page) => {
      const table = page.locator('[role=treegrid]');
      assert.ok((await rows(page).count()) < 60);
      await table.evaluate((table) => table.scrollTo(0, 20_000));
      await page.waitForFunction(() => {
        const { left, top } = document.querySelector('[role=treegrid]').getBoundingClientRect();
        const at = (y) => document.elementFromPoint(left + 300, top + y)?.closest('[role=row]');
        const provider = at(90)?.querySelector('.provider')?.textContent.trim();
        return provider && at(45)?.dataset.group === `provider:${provider.toLowerCase()}`;
      });
      await page.locator('[role=row][tabindex="0"]').focus();
      await page.keyboard.press('End');
      await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '1010');
      await page.keyboard.press('Home');
      await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '2');
    }));
});

describe('the selection', () => {
  it('is made by keyboard, without moving anything, and Esc clears it first', () =>
    on('few', {}, async (page) => {
      const all = await names(page);
      await rows(page).nth(1).click();
      await page.waitForSelector('aside');
      await rows(page).nth(1).focus();
      const before = await places(page);
      await page.keyboard.press('Space');
      assert.deepEqual(await selected(page), [all[1]]);
      assert.deepEqual(await places(page), before);
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Shift+ArrowDown');
      assert.deepEqual(await selected(page), all.slice(1, 4));
      await page.keyboard.press('Shift+ArrowUp');
      assert.deepEqual(await selected(page), all.slice(1, 3));
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      assert.deepEqual(await selected(page), [all[1], all[2], all[4]]);
      assert.match(await bar(page).textContent(), /3 selected/);
      await page.keyboard.press('Control+a');
      assert.deepEqual(await selected(page), all);
      await page.keyboard.press('Escape');
      assert.deepEqual(await selected(page), []);
      assert.equal(await page.locator('aside').count(), 1, 'the panel is the next level');
      await page.keyboard.press('Escape');
      await page.waitForSelector('aside', { state: 'detached' });
      assert.equal(await bar(page).count(), 0);
    }));

  it('is made with a pointer, and opens nothing', () =>
    on('few', {}, async (page) => {
      const all = await names(page);
      await rows(page)
        .nth(1)
        .click({ modifiers: ['Control'] });
      await rows(page)
        .nth(3)
        .click({ modifiers: ['Shift'] });
      assert.deepEqual(await selected(page), all.slice(1, 4));
      await rows(page)
        .nth(2)
        .click({ modifiers: ['Control'] });
      await rows(page).nth(5).locator('.check').click();
      assert.deepEqual(await selected(page), [all[1], all[3], all[5]]);
      assert.equal(await page.locator('aside').count(), 0);
      assert.equal(await page.evaluate(() => getSelection().toString()), '');
      assert.equal(await page.locator('.check svg').count(), 3, 'a mark, not a colour alone');
      await page.getByRole('button', { name: 'Select all 6' }).click();
      assert.equal((await selected(page)).length, 6);
      await page.getByRole('button', { name: 'Clear' }).click();
      assert.deepEqual(await selected(page), []);
    }));

  it('survives sorting, filters and removal, and says what is not shown', () =>
    on('few', {}, async (page) => {
      const id = await rows(page).nth(2).getAttribute('data-row');
      await rows(page).nth(2).focus();
      await page.keyboard.press('Shift+ArrowDown');
      const chosen = await selected(page);
      await page.evaluate(
        (id) => __fake.change(id, (v) => ({ ...v, status: { ...v.status, kind: 'unsaved', next: 'retry' } })),
        id,
      );
      await page.waitForFunction((id) => document.querySelector('[data-row]').dataset.row === id, id);
      assert.deepEqual((await selected(page)).sort(), chosen.sort());
      await page.fill('#filter', 'unsaved');
      await said(page, '2 selected, 1 of them not shown');
      await page.evaluate((id) => __fake.emit({ event: 'connections', revision: 900, changed: [], removed: [id] }), id);
      await said(page, '1 selected, 1 of them not shown');
    }));

  it('hides no row for good', () =>
    on('full-50', {}, async (page) => {
      await rows(page).first().focus();
      await page.keyboard.press('Space');
      await said(page, '1 selected');
      await page.keyboard.press('End');
      // The rows make room once the bar was measured; what is scrolled ends at a whole pixel.
      await page.waitForFunction(
        () =>
          document.activeElement === [...document.querySelectorAll('[data-row]')].at(-1) &&
          document.querySelector('.bar').getBoundingClientRect().top -
            document.activeElement.getBoundingClientRect().bottom >
            -1,
      );
    }));

  it('is what the keys act on; what acts on one only does nothing', () =>
    on('batch', {}, async (page) => {
      await rows(page).first().focus();
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('y');
      await page.locator('.app > [role=status]', { hasText: 'Copy token acts on one connection only' }).waitFor();
      const chosen = await page.locator('[aria-selected=true]').evaluateAll((rows) => rows.map((r) => r.dataset.row));
      await page.keyboard.press('r');
      await said(page, '2 refreshed.');
      assert.deepEqual(await page.evaluate(() => __fake.refreshes), chosen);
    }));
});

describe('several at once', () => {
  const begin = async (page, count) => {
    await rows(page).first().focus();
    for (let i = 1; i < count; i += 1) await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('r');
  };

  it('are four at a time; cancelling begins nothing more and ends nothing', () =>
    on('batch', {}, async (page) => {
      await page.evaluate(() => {
        __fake.troubles = {};
        __fake.hold = new Promise((resolve) => (__fake.release = resolve));
      });
      await begin(page, 6);
      await said(page, 'Refreshing 0 of 6');
      assert.equal(await page.evaluate(() => __fake.refreshes.length), 4);
      await bar(page).getByRole('button', { name: 'Cancel' }).click();
      await bar(page).getByText('4 are still under way; nothing more is begun.').waitFor();
      await page.evaluate(() => __fake.release());
      await said(page, '4 refreshed, 2 not begun.');
      assert.equal(await page.evaluate(() => __fake.refreshes.length), 4);
      await bar(page).getByRole('button', { name: 'Retry 2' }).click();
      await said(page, '6 refreshed.');
      await bar(page).getByText('6 selected').waitFor();
      await bar(page).getByRole('button', { name: 'Refresh', exact: true }).click();
      await page.waitForFunction(() => __fake.refreshes.length === 12);
    }));

  it('say afterwards which failed and why, and try those again', () =>
    on('batch', {}, async (page) => {
      await begin(page, 9);
      await said(page, '6 refreshed, 3 failed.');
      const list = bar(page).getByRole('list', { name: 'Outcome of each connection' });
      assert.equal(await list.getByRole('listitem').count(), 9);
      assert.match(
        await list.getByRole('listitem').first().textContent(),
        /GitLab .*The provider has a problem of its own/,
      );
      assert.equal(await page.locator('.notice').count(), 0, 'said once');
      await page.evaluate(() => (__fake.troubles = {}));
      await list
        .getByRole('button', { name: /^Retry: GitLab/ })
        .first()
        .click();
      await said(page, '7 refreshed, 2 failed.');
      await bar(page).getByRole('button', { name: 'Retry 2' }).click();
      await said(page, '9 refreshed.');
      await page.keyboard.press('Escape');
      await said(page, '9 selected');
    }));

  it('are disconnected only after each was named', () =>
    on('batch', {}, async (page) => {
      await rows(page).first().focus();
      for (let i = 0; i < 11; i += 1) await page.keyboard.press('Shift+ArrowDown');
      const chosen = await selected(page);
      await page.keyboard.press('d');
      const dialog = page.getByRole('alertdialog');
      assert.deepEqual(await dialog.locator('li strong').allTextContents(), chosen);
      await page.getByRole('button', { name: 'Cancel' }).and(page.locator(':focus')).waitFor();
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      assert.equal(await page.evaluate(() => __fake.views().filter((v) => v.issued_at === null).length), 0);
      await bar(page).getByRole('button', { name: 'Disconnect…' }).click();
      await page.getByRole('button', { name: 'Disconnect 12' }).click();
      await said(page, '12 disconnected.');
      assert.match(await page.textContent('h1'), /^2\sconnected, 12\snot connected\.$/);
      await bar(page).getByRole('button', { name: 'Details' }).click();
      assert.match(await bar(page).textContent(), /Slack offers no way to end the access from outside/);
    }));

  it('leave out those for which it is not possible', () =>
    on('few', {}, async (page) => {
      await rows(page).first().focus();
      await page.keyboard.press('Control+a');
      assert.match(await bar(page).textContent(), /Refresh 4 of 6.*Disconnect 5 of 6…/);
    }));
});
