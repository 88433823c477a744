/** Webhooks on their way, which come shuffled, twice, late or not at all. */
import fc from 'fast-check';

/** What becomes of one webhook on its way. `late`: lost, and sent again when people have acted once more. */
type Fate = 'once' | 'twice' | 'lost' | 'late';

/** How webhooks fare that were sent in one phase. */
export interface Way {
  /** Of the n-th webhook of the phase; the rest comes once. */
  readonly fates: readonly Fate[];
  /** Sorts the webhooks: shuffled, and the second copies anywhere among them. */
  readonly order: readonly number[];
}

/** Each once and in order. */
export const STRAIGHT: Way = { fates: [], order: [0] };

export const way: fc.Arbitrary<Way> = fc.record({
  fates: fc.array(fc.constantFrom<Fate>('once', 'twice', 'late', 'lost', 'lost'), {
    minLength: 0,
    maxLength: 12,
  }),
  order: fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 12 }),
});

/** Holds webhooks back until they are let through; an HTTP answer to GitLab comes then. */
export class HeldNetwork {
  private readonly held: {
    readonly request: Request;
    readonly answer: (response: Response) => void;
  }[] = [];
  private late: Request[] = [];
  private isOpen = true;

  carry(request: Request, deliver: (request: Request) => Promise<Response>): Promise<Response> {
    if (this.isOpen) return deliver(request);
    return new Promise((answer) => {
      this.held.push({ request, answer });
    });
  }

  close(): void {
    this.isOpen = false;
  }

  /** How many have left GitLab. */
  get waiting(): number {
    return this.held.length;
  }

  /** Lets through what is held, as it fares, among others that are sent; what follows comes through at once. */
  async open(
    { fates, order }: Way,
    deliver: (request: Request) => Promise<Response>,
    others: readonly (() => Promise<unknown>)[] = [],
  ): Promise<void> {
    this.isOpen = true;
    const earlier = this.late.splice(0).map((request) => ({ request, answer: () => {} }));
    const copies = this.held.splice(0).flatMap(({ request, answer }, index) => {
      const fate = fates[index] ?? 'once';
      if (fate === 'late') this.late.push(request.clone());
      const times = { once: 1, twice: 2, lost: 0, late: 0 }[fate];
      if (times === 0) answer(new Response(null, { status: 502 }));
      return Array.from({ length: times }, () => ({ request: request.clone(), answer }));
    });
    const sent = [...earlier, ...copies].map(({ request, answer }) => async () => {
      answer((await deliver(request)).clone());
    });
    const shuffled = [...sent, ...others]
      .map((send, index) => ({ send, place: order[index % order.length] ?? 0 }))
      .toSorted((a, b) => a.place - b.place);
    await Promise.all(shuffled.map(async ({ send }) => await send()));
  }
}
