import { HOURS, MONTH, range } from '../month.ts';
import { type ParquetRow, writeParquet } from '../parquet.ts';
import { aiCharges, BEDROCK_LATE_FROM, bedrockCharges } from './ai.ts';
import { type Charge, lineOf } from './charge.ts';
import { CUR_COLUMNS } from './columns.ts';
import { computeCharges } from './compute.ts';
import { moneyLines } from './money.ts';
import { storageCharges } from './storage.ts';

const PARTITION = `BILLING_PERIOD=${MONTH}`;

/** The month's bill as Data Exports delivers it, and the few lines of its last day that came after the first close. */
export async function writeBill(folder: string): Promise<void> {
  const hours = range(HOURS);
  const isLate = (charge: Charge, hour: number) => charge.product === 'AmazonBedrock' && hour >= BEDROCK_LATE_FROM;
  const used = linesOf(
    [...computeCharges(), ...storageCharges(), ...aiCharges()],
    hours,
    (charge, hour) => !isLate(charge, hour),
  );
  const covered = used.filter((line) => line['line_item_line_item_type'] === 'SavingsPlanCoveredUsage');
  const late = linesOf(bedrockCharges(), hours, isLate);
  await writeParquet({ folder, path: `bill/data/${PARTITION}/example-bill-00001.snappy.parquet` }, CUR_COLUMNS, [
    ...used,
    ...moneyLines(covered),
  ]);
  await writeParquet({ folder, path: `late/${PARTITION}/example-bill-00002.snappy.parquet` }, CUR_COLUMNS, late);
}

/** Hour by hour, like a month that grew. */
function linesOf(
  charges: readonly Charge[],
  hours: readonly number[],
  isWanted: (charge: Charge, hour: number) => boolean,
): ParquetRow[] {
  return hours.flatMap((hour) =>
    charges.flatMap((charge) => {
      const line = isWanted(charge, hour) ? lineOf(charge, hour) : undefined;
      return line ? [line] : [];
    }),
  );
}
