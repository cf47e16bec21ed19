/** How long a test waits for files and drivers that do answer, however busy the machine is. */
export const PATIENT_MS = 20_000;
