import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';
import { sameAccount, speak } from './scenes.mjs';

let it_;
before(async () => (it_ = await stage()));
after(() => it_.close());

/** Opens the first connection's panel in a scene, runs the body, and fails when the page complained. */
async function panel(scene, body, options = {}) {
  const { page, close } = await it_.open(scene, options);
  await page.locator('[data-row]').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('aside');
  await body(page, page.locator('aside'));
  await close();
}

it('names the other connections of the same account, and what a disconnect may end along', () =>
  panel('few', async (page, aside) => {
    assert.equal(await aside.getByText('Also connected as').count(), 0);
    await sameAccount(page);
    await page.keyboard.press('Enter');
    await aside.getByRole('button', { name: 'GitHub release' }).click();
    assert.equal(await page.textContent('#panel-title'), 'GitHub release');
    await page.locator('[data-row]', { hasText: 'GitHub work' }).focus();
    await page.keyboard.press('d');
    const dialog = page.getByRole('alertdialog');
    const along = '“GitHub release” signs in with the same account and client: some providers end both.';
    await dialog.getByText(along).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Space');
    await page.locator('[data-row]', { hasText: 'GitHub release' }).click({ modifiers: ['Control'] });
    await page.keyboard.press('d');
    await dialog.getByText('Disconnect 2 connections?').waitFor();
    assert.equal(await dialog.getByText('same account').count(), 0, 'both are named');
  }));

it('reads the record anew for lines of its own connection only', () =>
  panel('few', async (page, aside) => {
    await aside.locator('ol li').first().waitFor();
    const open = await page.textContent('#panel-title');
    const reads = () => page.evaluate(() => __fake.calls.filter((call) => call.startsWith('activity')).length);
    const [mine, other] = await page.evaluate(
      (open) => [true, false].map((is) => __fake.views().find(({ name }) => (name === open) === is).id),
      open,
    );
    const before = await reads();
    await page.evaluate((id) => __fake.release(id, 1), other);
    await page.waitForTimeout(200);
    assert.equal(await reads(), before);
    await page.evaluate((id) => __fake.release(id, 1), mine);
    await page.waitForFunction(
      (before) => __fake.calls.filter((call) => call.startsWith('activity')).length > before,
      before,
    );
  }));

describe('the steps', () => {
  it('that are quiet stand in one line at the size of the first start, in every language', () =>
    panel('few', async (page, aside) => {
      await page.setViewportSize({ width: 1120, height: 720 });
      await page.locator('[data-row]', { hasText: 'Google personal' }).click();
      for (const language of ['en', 'de']) {
        if (language !== 'en') await speak(page, language);
        await aside.locator('.end').waitFor();
        const tops = await aside.locator('.end button').evaluateAll((all) => all.map((one) => one.offsetTop));
        assert.equal(tops.length, 4);
        assert.equal(new Set(tops).size, 1, `${language}: ${tops}`);
      }
    }));
});

describe('the life of a connection', () => {
  const names = (page) => page.locator('aside svg .name').allTextContents();
  const counts = (page) => page.locator('aside svg .count').allTextContents();

  it('is drawn with a name for every line, and told in a sentence', () =>
    panel('life-20', async (page) => {
      const picture = page.getByRole('img', { name: /^In the last 24 hours: signed in 1 time, refreshed 13 times/ });
      await picture.waitFor();
      assert.deepEqual(await names(page), ['Token', 'Signed in', 'Refreshed', 'Failed', 'Handed out']);
      assert.equal(await page.locator('aside fieldset').count(), 0, 'there is nothing to choose');
    }));

  it('follows its width, however the window is drawn', () =>
    panel('life-20', async (page) => {
      const inside = (width) =>
        page.waitForFunction((width) => {
          const [svg, body] = [document.querySelector('aside svg[role=img]'), document.querySelector('aside .body')];
          if (!svg) return false;
          const [a, b] = [svg.getBoundingClientRect(), body.getBoundingClientRect()];
          return innerWidth === width && a.right <= b.right && a.width > body.clientWidth * 0.8;
        }, width);
      for (const width of [1280, 860, 1280]) {
        await page.setViewportSize({ width, height: 720 });
        await inside(width);
      }
    }));

  it('counts what would overlap, and shows more on demand', () =>
    panel('life-500', async (page, aside) => {
      await aside.getByLabel('30 d', { exact: true }).check();
      await page.getByRole('img', { name: /^In the last 30 days/ }).waitFor();
      const sum = (await counts(page)).reduce((all, n) => all + Number(n), 0);
      assert.ok(sum > 400, `${sum} of 500 events are in counted marks`);
      const overlaps = await aside.locator('svg').evaluateAll((svgs) =>
        svgs.flatMap((svg) => {
          const boxes = [...svg.querySelectorAll('.mark')].map((mark) => [
            mark.classList[1],
            mark.getBoundingClientRect(),
          ]);
          return boxes.flatMap(([lane, box], n) =>
            boxes.slice(n + 1).filter(([other, next]) => other === lane && next.left < box.right - 1.5),
          );
        }),
      );
      assert.deepEqual(overlaps, []);
    }));

  it('is a table too, for everybody', () =>
    panel('life-20', async (page, aside) => {
      await aside.locator('summary', { hasText: 'Show as a table' }).click();
      await aside.locator('tbody tr').first().waitFor();
      const rows = await aside.locator('tbody tr').allInnerTexts();
      assert.match(rows[0], /Token ends/);
      assert.ok(rows.some((row) => /\d\d:\d\d to .*Refreshed\s+\d+/.test(row)));
      assert.ok(rows.some((row) => /Failed\s+2/.test(row)));
    }));

  it('is live: a token that is copied is there at once, in the picture and in the record', () =>
    panel('life-1', async (page, aside) => {
      await aside.locator('svg .name').first().waitFor();
      assert.deepEqual(await names(page), ['Token', 'Signed in']);
      await aside.getByRole('button', { name: /^Copy token/ }).click();
      await page.waitForFunction(() => document.querySelectorAll('aside svg .name').length === 3);
      assert.deepEqual(await names(page), ['Token', 'Signed in', 'Handed out']);
      await aside.locator('li', { hasText: 'Token handed out' }).waitFor();
    }));
});

describe('copying', () => {
  it('offers the formats of the command in a menu, by keyboard alone', () =>
    panel('life-1', async (page, aside) => {
      const more = aside.getByRole('button', { name: 'Copy as…' });
      await more.focus();
      await page.keyboard.press('Enter');
      const items = page.getByRole('menuitem');
      await items.first().waitFor();
      assert.deepEqual(await items.locator('span').allTextContents(), [
        'Header',
        'curl configuration',
        'Shell line',
        '.env line',
        'PowerShell line',
        'JSON',
      ]);
      await page.waitForFunction(() => document.activeElement?.textContent.startsWith('Header'));
      await page.keyboard.press('Escape');
      await page.waitForSelector('[role=menu]', { state: 'detached' });
      assert.equal(await more.evaluate((button) => button === document.activeElement), true);
      assert.equal(await page.locator('aside').count(), 1, 'Esc goes back one level only');

      await page.keyboard.press('Enter');
      await items.first().waitFor();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await aside.locator('li', { hasText: 'Token handed out' }).filter({ hasText: 'clipboard, json' }).waitFor();
      assert.equal(await page.locator('[role=menu]').count(), 0);
    }));

  it('closes the menu when the person turns elsewhere', () =>
    panel('life-1', async (page, aside) => {
      await aside.getByRole('button', { name: 'Copy as…' }).click();
      await page.getByRole('menuitem').first().waitFor();
      await aside.locator('header p').click();
      await page.waitForSelector('[role=menu]', { state: 'detached' });
    }));

  it('can be undone where it was done, and the focus stays there', () =>
    panel('life-1', async (page, aside) => {
      await aside.getByRole('button', { name: /^Copy token/ }).click();
      const clear = aside.getByRole('button', { name: 'Clear now' });
      await clear.focus();
      await page.keyboard.press('Enter');
      await clear.waitFor({ state: 'detached' });
      assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^Copy token: /);
    }));

  it('is not offered for a token that is bound to a key, by button or by key', () =>
    panel('bound', async (page, aside) => {
      await aside.getByText('bound to a key').waitFor();
      assert.equal(await page.getByRole('button', { name: /^Copy (token|as)/ }).count(), 0);
      await page.locator('[data-row]').first().focus();
      await page.keyboard.press('y');
      await page.waitForTimeout(200);
      assert.equal(await page.getByText('on the clipboard').count(), 0);
    }));
});

describe('what the token says', () => {
  const claims = async (aside) => {
    await aside.locator('summary', { hasText: 'What the token says' }).click();
    await aside.getByText('not verified').waitFor();
  };
  const value = (aside, name) =>
    aside.locator('dt', { has: aside.page().getByText(name, { exact: true }) }).locator('+ dd');

  it('is read when it is opened, explained, and gone when it is closed', () =>
    panel('life-1', async (page, aside) => {
      assert.equal(await page.getByText('login.example.com').count(), 0);
      await claims(aside);
      assert.match(await value(aside, 'exp').innerText(), /^(\d+ \w+ )?\d\d:\d\d, in \d+:\d\d$/);
      assert.match(await value(aside, 'iat').innerText(), /, 17 min ago$/);
      assert.equal(await value(aside, 'iss').innerText(), 'https://login.example.com/');
      await aside.getByText('audience: who may take it').waitFor();
      await aside.getByText('The ID token was verified').waitFor();
      await aside.locator('summary', { hasText: 'What the token says' }).click();
      await page.getByText('login.example.com').waitFor({ state: 'detached' });
    }));

  it('hides what may name a person, also from screen readers, until asked for each', () =>
    panel('life-1', async (page, aside) => {
      await claims(aside);
      for (const secretive of ['auth0|65f1c0ffee', 'reports:region'])
        assert.ok(!(await aside.innerHTML()).includes(secretive), secretive);
      assert.match(await value(aside, 'sub').innerText(), /hidden/);
      await aside.getByRole('button', { name: 'Show sub' }).click();
      assert.match(await value(aside, 'sub').innerText(), /auth0\|65f1c0ffee/);
      assert.match(await value(aside, 'entitlements').innerText(), /hidden/);
      await aside.getByRole('button', { name: 'Less of sub' }).click();
      assert.ok(!(await aside.innerHTML()).includes('auth0|65f1c0ffee'));
    }));

  it('says so when the token is opaque, and is there only where there is a token', async () => {
    await panel('one', async (page, aside) => {
      await aside.locator('summary', { hasText: 'What the token says' }).click();
      await aside.getByText('This token is opaque').waitFor();
    });
    await panel('interrupted', async (page, aside) => {
      assert.equal(await aside.locator('summary', { hasText: 'What the token says' }).count(), 0);
    });
  });
});

describe('scopes', () => {
  const scope = (aside, name) => aside.locator('li', { has: aside.page().getByText(name, { exact: true }) });

  it('are explained by the provider’s file, and marked as granted, missing or more than asked for', () =>
    panel('scopes', async (page, aside) => {
      await scope(aside, 'User.Read').getByText('Read your profile').waitFor();
      assert.match(await scope(aside, 'User.Read').innerText(), /granted/);
      assert.match(await scope(aside, 'Mail.Read').innerText(), /not granted/);
      assert.match(await scope(aside, 'email').innerText(), /granted as well/);
      assert.equal(await aside.getByRole('button', { name: /^Ask for/ }).count(), 1);
    }));

  it('that are missing are asked for by a sign-in, and nothing else changes', () =>
    panel('scopes', async (page, aside) => {
      await aside.getByRole('button', { name: 'Ask for Mail.Read' }).click();
      await aside.getByText('Finish signing in in your browser').waitFor();
      assert.deepEqual(await page.evaluate(() => __fake.edits), []);
      assert.equal(await aside.getByRole('button', { name: /^Ask for/ }).count(), 0, 'one sign-in at a time');
      assert.equal(await page.evaluate(() => __fake.views()[0].issued_at !== null), true, 'the tokens stay');
    }));

  it('that the connection never asked for are added to its settings first', () =>
    panel('scopes', async (page, aside) => {
      await aside.locator('summary', { hasText: '1 more scope of this provider' }).click();
      await aside.getByRole('button', { name: 'Ask for Calendars.Read' }).click();
      await aside.getByText('Finish signing in in your browser').waitFor();
      const [{ draft, secret }] = await page.evaluate(() => __fake.edits);
      assert.deepEqual(draft.scopes, ['openid', 'offline_access', 'User.Read', 'Mail.Read', 'Calendars.Read']);
      assert.equal(secret, null, 'the stored one stays');
      assert.equal(await aside.locator('.body').evaluate((body) => body.scrollTop), 0, 'what is awaited is in sight');
    }));
});
