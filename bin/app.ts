import { JoulebookApp } from '../lib/stack/joulebook-app.ts';

new JoulebookApp().synth();
