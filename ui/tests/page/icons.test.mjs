// Icons come from one file beside the page, under the page's own policy.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';

let stage_;
before(async () => (stage_ = await stage()));
after(() => stage_.close());

describe("a provider's icon", () => {
  it('is drawn in the rows, in the colour of the text, in both themes', async () => {
    for (const colorScheme of ['light', 'dark']) {
      const { page, close } = await stage_.open('few', { colorScheme });
      const icon = page.locator('[data-row] .provider svg', { has: page.locator('use[href$="#github"]') }).first();
      // An icon that was not found, or that the policy refused, has no size.
      await page.waitForFunction((svg) => svg.getBBox().width > 10, await icon.elementHandle());
      const [fill, ink] = await icon.evaluate((svg) => [
        getComputedStyle(svg).fill,
        getComputedStyle(document.body).color,
      ]);
      assert.equal(fill, ink);
      await close();
    }
  });

  it('is a monogram where there is none, and says nothing to a screen reader', async () => {
    const { page, close } = await stage_.open('few');
    const monogram = page.locator('[data-row] .provider span.provider-icon').first();
    assert.match(await monogram.textContent(), /^\p{Lu}{1,2}$/u);
    assert.equal(await monogram.getAttribute('aria-hidden'), 'true');
    await close();
  });

  it('stands beside the name in the gallery and on the page of a provider', async () => {
    const { page, close } = await stage_.open('few');
    await page.keyboard.press('Control+n');
    const card = page.getByRole('button', { name: 'GitHub', exact: true });
    await card.waitFor();
    assert.equal(await card.locator('.provider-icon').count(), 1);
    await card.click();
    await page.waitForSelector('#guide');
    assert.equal(await page.locator('#guide .provider-icon').count(), 1);
    await close();
  });
});
