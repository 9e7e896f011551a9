const redrawMs = 120;
const lineEveryMs = 10_000;
const frames = ['|', '/', '-', '\\'];

/**
 * Says what a long step does: one moving line on a terminal, now and then a plain line elsewhere (logs, CI).
 * On stderr, because a task's data on stdout must stay clean.
 */
export function createProgress(stream) {
  return {
    /** Shows `title` with `detail()` until the work is done; `done(seconds)` is the line that stays. */
    async during({ title, detail = () => '', done }, work) {
      const startedAt = Date.now();
      const display = stream.isTTY ? movingLine : plainLines;
      const stop = display(stream, {
        title,
        status: () => [detail(), seconds(startedAt)].filter(Boolean).join(', '),
      });
      let result;
      try {
        result = await work();
      } finally {
        stop();
      }
      if (done) stream.write(`${done(seconds(startedAt))}\n`);
      return result;
    },
    say(line) {
      stream.write(`${line}\n`);
    },
  };
}

function movingLine(stream, { title, status }) {
  let frame = 0;
  const draw = () => {
    const text = `${frames[frame++ % frames.length]} ${title}: ${status()}`;
    // A line that wraps could not be overwritten by the next one.
    stream.write(`\r\x1b[K${text.slice(0, Math.max(20, (stream.columns || 80) - 1))}`);
  };
  draw();
  const timer = setInterval(draw, redrawMs);
  return () => {
    clearInterval(timer);
    stream.write('\r\x1b[K');
  };
}

function plainLines(stream, { title, status }) {
  stream.write(`${title} ...\n`);
  const timer = setInterval(() => stream.write(`  ${title}: ${status()}\n`), lineEveryMs);
  return () => clearInterval(timer);
}

function seconds(startedAt) {
  const total = Math.round((Date.now() - startedAt) / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}
