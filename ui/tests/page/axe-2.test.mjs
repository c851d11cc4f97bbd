import { hold } from './axe.mjs';

hold(2, 2);
