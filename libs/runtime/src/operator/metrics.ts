const bucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Sample {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly value: number;
}

/** What `/metrics` says of one process, in Prometheus' text format. */
export class Metrics {
  readonly #labels: string;
  readonly #startedAtSeconds = performance.timeOrigin / 1000;
  readonly #buckets = bucketsSeconds.map(() => 0);
  readonly #requestsByClass = [0, 0, 0, 0, 0];
  #requestSeconds = 0;

  /** `inFlight` is asked at each scrape. */
  constructor(
    labels: { tenant: string; release: string },
    private readonly inFlight: () => number,
  ) {
    // Tenant names and release ids are plain words, so nothing in them needs escaping.
    this.#labels = `tenant="${labels.tenant}",release="${labels.release}"`;
  }

  /** Records one answered request. */
  observe(statusCode: number, seconds: number): void {
    const statusClass = Math.min(Math.max(Math.floor(statusCode / 100), 1), 5) - 1;
    this.#requestsByClass[statusClass] = (this.#requestsByClass[statusClass] ?? 0) + 1;
    this.#requestSeconds += seconds;
    const bucket = bucketsSeconds.findIndex((limit) => seconds <= limit);
    if (bucket !== -1) this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  render(): string {
    return [...this.#requestLines(), ...this.#processLines(), ''].join('\n');
  }

  #requestLines(): string[] {
    const name = 'tenantry_http_requests_total';
    const duration = 'tenantry_http_request_duration_seconds';
    const total = this.#requestsByClass.reduce((sum, count) => sum + count, 0);
    let cumulative = 0;
    return [
      ...head(name, 'counter', 'Answered requests by class of status.'),
      ...this.#requestsByClass.map(
        (count, index) => `${name}{${this.#labels},status="${index + 1}xx"} ${count}`,
      ),
      ...head(duration, 'histogram', 'Time from the request to the end of its response.'),
      ...this.#buckets.map((count, index) => {
        cumulative += count;
        return `${duration}_bucket{${this.#labels},le="${bucketsSeconds[index]}"} ${cumulative}`;
      }),
      `${duration}_bucket{${this.#labels},le="+Inf"} ${total}`,
      `${duration}_sum{${this.#labels}} ${this.#requestSeconds}`,
      `${duration}_count{${this.#labels}} ${total}`,
    ];
  }

  #processLines(): string[] {
    const memory = process.memoryUsage();
    const cpu = process.cpuUsage();
    const samples: Sample[] = [
      gauge('tenantry_http_requests_in_flight', 'Requests being answered.', this.inFlight()),
      gauge('process_resident_memory_bytes', 'Resident memory.', memory.rss),
      gauge('nodejs_heap_used_bytes', "V8's used heap.", memory.heapUsed),
      gauge('process_start_time_seconds', 'Start, Unix time.', this.#startedAtSeconds),
      {
        name: 'process_cpu_seconds_total',
        type: 'counter',
        help: 'User and system time.',
        value: (cpu.user + cpu.system) / 1e6,
      },
    ];
    return samples.flatMap(({ name, type, help, value }) => [
      ...head(name, type, help),
      `${name}{${this.#labels}} ${value}`,
    ]);
  }
}

function gauge(name: string, help: string, value: number): Sample {
  return { name, type: 'gauge', help, value };
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
