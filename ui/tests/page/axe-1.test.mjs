import { hold } from './axe.mjs';

hold(1, 2);
