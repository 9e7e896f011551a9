/** Where a verb tells its progress; the command line prints it on stderr, the console streams it. */
export interface Report {
  step(text: string): void;
  done(text: string): void;
  failed(text: string): void;
  warn(text: string): void;
}

export const silentReport: Report = {
  step: () => {},
  done: () => {},
  failed: () => {},
  warn: () => {},
};
