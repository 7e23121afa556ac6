// The tour is offered until somebody has seen the offer in a story, and leaves nothing behind.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { el } from '../../../static/page/dom.js';
import { offerTour, rememberOffer, startTour } from '../../../static/page/tour.js';
import { newPage } from './page.mjs';

beforeEach(() => newPage());

test('the tour is offered again to whoever has opened no story yet', () => {
  assert.equal(offerTour(() => {}).hidden, false);
  assert.equal(offerTour(() => {}).hidden, false);
  rememberOffer();
  assert.equal(offerTour(() => {}).hidden, true);
});

test('a tour that begins anew lets go of the one before', () => {
  const shop = { root: el('div'), offer: offerTour(() => {}), steps: { now: 'boards', go() {}, tabOf: () => el('button') } };
  shop.root.append(shop.offer);
  startTour(shop);
  startTour(shop);
  assert.deepEqual([window.heard.resize.length, shop.root.children.length], [1, 1]);
  shop.root.querySelectorAll('.quiet').find(({ textContent: words }) => words === 'Skip').fire('click');
  assert.deepEqual([window.heard.resize.length, shop.root.children.length], [0, 0]);
});
