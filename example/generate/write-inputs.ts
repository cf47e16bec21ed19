import { writeActivity } from './activity.ts';
import { writeBill } from './bill/write-bill.ts';
import { writeAwsCarbon, writeGcpCarbon } from './carbon.ts';
import { writeChatHost } from './chat-host.ts';
import { writeGrid } from './grid.ts';
import { writeLeedsHost } from './leeds-host.ts';
import { writeRuns } from './runs.ts';

/** Writes every input of the example below a folder: the same bytes each time. */
export async function writeInputs(folder: string): Promise<void> {
  await writeBill(folder);
  await writeAwsCarbon(folder);
  await writeGcpCarbon(folder);
  await writeChatHost(folder);
  await writeLeedsHost(folder);
  await writeGrid(folder);
  await writeActivity(folder);
  await writeRuns(folder);
}
