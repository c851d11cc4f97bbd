// Every unit test speaks English, as the page does before any of them could read a word.

import { speak } from '../../src/lib/text';

await speak('en');
