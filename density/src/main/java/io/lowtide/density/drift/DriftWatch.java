package io.lowtide.density.drift;

import io.lowtide.schemas.DriftDirection;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Watches whether the p-values of a stream are still what their calibration allows, by an
 * e-detector of Shiryaev and Roberts' kind (Shin, Ramdas, Rinaldo 2023, arXiv 2203.03532).
 *
 * <p>Records are counted in blocks. With each block a window begins; the evidence of a window is
 * the mean capital of the bets of a {@link DriftReference} on its records, an e-process as long as
 * there is no drift, and the sum over windows exceeds c at most once in c blocks on average. An
 * alarm is a sum of what the settings say, over windows that are kept sparsely with age, span the
 * time of the settings, and whose bet gains in each quarter of it: leaving windows out makes the
 * sum smaller. Three things keep anomalies from being taken for drift: the tolerance; that the time
 * must pass, so that what is over within it is none; and that one sixteenth of the keys adds no
 * more than a quarter of the evidence that it takes. {@link Dispersion} answers for records that
 * depend on those before.
 *
 * <p>After an alarm the windows begin anew; while there are further alarms there is drift.
 *
 * <p>It follows from the records and their order alone. Takes constant memory, and no object for a
 * record. Belongs to one thread.
 */
public final class DriftWatch {

  /** Records of a block, at the least; more where the span of the settings is to be divided. */
  static final int BLOCK = 256;

  /** The time of a stream that does not know it yet. */
  public static final long NOT_YET = Long.MIN_VALUE;

  private static final int BLOCKS_OF_SPAN = 16;

  /** Windows of an age up to this many times the power of two in its first block are kept. */
  private static final long KEPT = 4;

  /** In blocks. Drift that would take longer is too small to matter. */
  private static final long OLDEST = 1_024;

  /** More than are kept of any age up to the oldest. */
  private static final int CAPACITY = 64;

  /** More would not fit the counts. */
  private static final int MOST_RECORDS = 1 << 30;

  /** On so many times what it took to see drift no bet must gain, for it to be over. */
  private static final long QUIET = 4;

  private static final long LEAST_QUIET_BLOCKS = 16;
  private static final int SPAN_PARTS = 4;

  private final DriftReference reference;
  private final long span;
  private final List<DriftReference.Bet> bets;
  private final double alarm;
  private final double enough;
  private final OpenBlock open;
  private final Dispersion dispersion;
  private final EvidenceWindow[] windows = new EvidenceWindow[CAPACITY];
  private final double[] divisors;
  private final EvidenceWindow[] parts = new EvidenceWindow[SPAN_PARTS];
  private int kept;
  private long blocks;
  private DriftFinding drift;
  private long longestBlocks;
  private long quietRecords;

  /**
   * Begins without records.
   *
   * @param reference what the p-values come from
   */
  public DriftWatch(DriftReference reference, DriftSettings settings) {
    this.reference = reference;
    this.span = settings.span().toMillis();
    this.bets = reference.bets();
    this.alarm = settings.falseAlarmRecords() / BLOCK;
    this.enough = Math.log(alarm * bets.size());
    this.open = new OpenBlock(reference.levels());
    this.dispersion = new Dispersion(reference.levels());
    this.divisors = new double[reference.levels()];
    for (int i = 0; i < CAPACITY; i++) {
      windows[i] = new EvidenceWindow(reference.levels());
    }
  }

  /** The drift that there is. */
  public Optional<DriftFinding> drift() {
    return Optional.ofNullable(drift);
  }

  /** Whether the last record has ended a block: what {@link #writeBlocks} writes has changed. */
  public boolean hasEndedBlock() {
    return open.records() == 0;
  }

  /**
   * Takes in a record.
   *
   * @param pValue its p-value, in (0, 1]
   * @param keyHash any hash of its key
   * @param time that the stream has come to, in milliseconds since 1970; not less than before; it
   *     may be {@link #NOT_YET} for a few records at first
   * @return what it has changed
   */
  public Optional<DriftNews> after(double pValue, int keyHash, long time) {
    open.add(reference.levelsBelow(pValue), share(keyHash), time);
    boolean full =
        time != NOT_YET
            && open.records() >= BLOCK
            && (time - open.since()) * BLOCKS_OF_SPAN >= span;
    return full || open.records() >= MOST_RECORDS / (int) OLDEST
        ? endBlock(time)
        : Optional.empty();
  }

  /** Spreads hashes that differ in high bits only (Knuth's multiplicative hashing). */
  private static int share(int keyHash) {
    return (keyHash * 0x9E3779B1) >>> 28;
  }

  private Optional<DriftNews> endBlock(long time) {
    forgetOld();
    windows[kept++].begin(blocks, open.since());
    for (int i = 0; i < kept; i++) {
      windows[i].add(open);
    }
    dispersion.divisors(divisors);
    dispersion.add(open);
    blocks++;
    quietRecords += open.records();
    open.clear();
    Optional<DriftFinding> found = look(time);
    return found.isPresent() ? seen(found.get()) : notSeen(time);
  }

  /** The order by age stays; what is forgotten is used again for the youngest. */
  private void forgetOld() {
    int left = 0;
    for (int i = 0; i < kept; i++) {
      EvidenceWindow window = windows[i];
      if (isKept(window)) {
        windows[i] = windows[left];
        windows[left++] = window;
      }
    }
    kept = left;
  }

  private boolean isKept(EvidenceWindow window) {
    long age = blocks - window.first();
    long longest =
        window.first() == 0
            ? OLDEST
            : KEPT << Math.min(20, Long.numberOfTrailingZeros(window.first()));
    return age <= Math.min(OLDEST, longest) && window.records() < MOST_RECORDS;
  }

  private Optional<DriftFinding> look(long time) {
    for (int part = 0; part < SPAN_PARTS; part++) {
      parts[part] = lastSpanning(time, span * (part + 1) / SPAN_PARTS);
    }
    double more = 0;
    double fewer = 0;
    double best = 0;
    EvidenceWindow bestWindow = null;
    DriftReference.Bet bestBet = null;
    for (int i = 0; i < kept; i++) {
      EvidenceWindow window = windows[i];
      if (time - window.since() < span) {
        break;
      }
      for (int j = 0; j < bets.size(); j++) {
        DriftReference.Bet bet = bets.get(j);
        if (window.capital(bet) > 0 && gainsThroughout(bet)) {
          double capital =
              Math.exp(window.sharedCapital(bet, divisors[bet.level()], enough)) / bets.size();
          if (bet.more()) {
            more += capital;
          } else {
            fewer += capital;
          }
          if (capital > best) {
            best = capital;
            bestWindow = window;
            bestBet = bet;
          }
        }
      }
    }
    return more + fewer < alarm
        ? Optional.empty()
        : Optional.of(finding(bestWindow, bestBet, more, fewer));
  }

  /** Whether a bet gains in each part of the span: what lasts for less is no drift. */
  private boolean gainsThroughout(DriftReference.Bet bet) {
    double younger = 0;
    for (int part = 0; part < SPAN_PARTS; part++) {
      double capital = parts[part].capital(bet);
      boolean same = part > 0 && parts[part] == parts[part - 1];
      if (!same && capital <= younger) {
        return false;
      }
      younger = capital;
    }
    return true;
  }

  /** The youngest window that spans so much. */
  private EvidenceWindow lastSpanning(long time, long least) {
    int i = kept - 1;
    while (i > 0 && time - windows[i].since() < least) {
      i--;
    }
    return windows[i];
  }

  private DriftFinding finding(
      EvidenceWindow window, DriftReference.Bet bet, double more, double fewer) {
    double records = window.records();
    return new DriftFinding(
        window.since(),
        window.records(),
        direction(more, fewer),
        window.atMost(reference.budgetLevel()) / records,
        reference.levelOf(bet.level()),
        window.atMost(bet.level()) / records,
        Math.log10(Math.min(Double.MAX_VALUE, more + fewer)));
  }

  private DriftDirection direction(double more, double fewer) {
    if (Math.min(more, fewer) >= Math.sqrt(alarm)) {
      return DriftDirection.BOTH;
    }
    return more > fewer ? DriftDirection.TOO_MANY_LOW : DriftDirection.TOO_MANY_HIGH;
  }

  private Optional<DriftNews> seen(DriftFinding finding) {
    longestBlocks = Math.max(longestBlocks, blocks - firstOf(finding));
    quietRecords = 0;
    kept = 0;
    if (drift != null) {
      return Optional.empty();
    }
    drift = finding;
    return Optional.of(new DriftNews.Raised(finding));
  }

  private long firstOf(DriftFinding finding) {
    int i = 0;
    while (windows[i].since() != finding.since()) {
      i++;
    }
    return windows[i].first();
  }

  private Optional<DriftNews> notSeen(long time) {
    if (drift == null || !isOver(time)) {
      return Optional.empty();
    }
    DriftNews over = new DriftNews.Over(drift, quietRecords);
    drift = null;
    longestBlocks = 0;
    return Optional.of(over);
  }

  /** Whether no bet has gained on several times what it took to see drift. */
  private boolean isOver(long time) {
    long least = Math.max(LEAST_QUIET_BLOCKS, QUIET * longestBlocks);
    for (int i = kept - 1; i >= 0; i--) {
      EvidenceWindow window = windows[i];
      if (blocks - window.first() >= least && time - window.since() >= QUIET * span) {
        return bets.stream().noneMatch(bet -> window.capital(bet) > 0);
      }
    }
    return false;
  }

  /** Writes what changes with each record. */
  public void writeOpen(DataOutput out) throws IOException {
    open.write(out);
  }

  /** Reads what {@link #writeOpen} wrote under the same reference and settings. */
  public void readOpen(DataInput in) throws IOException {
    open.read(in);
  }

  /** Writes what changes with each block, some kilobytes. */
  public void writeBlocks(DataOutput out) throws IOException {
    out.writeLong(blocks);
    out.writeLong(longestBlocks);
    out.writeLong(quietRecords);
    out.writeBoolean(drift != null);
    if (drift != null) {
      drift.write(out);
    }
    dispersion.write(out);
    out.writeByte(kept);
    for (int i = 0; i < kept; i++) {
      windows[i].write(out);
    }
  }

  /**
   * Reads what {@link #writeBlocks} wrote under the same reference and settings.
   *
   * @throws IOException if it is not that
   */
  public void readBlocks(DataInput in) throws IOException {
    blocks = in.readLong();
    longestBlocks = in.readLong();
    quietRecords = in.readLong();
    drift = in.readBoolean() ? DriftFinding.read(in) : null;
    dispersion.read(in);
    kept = in.readUnsignedByte();
    if (kept > CAPACITY) {
      throw new IOException(kept + " windows of evidence, expected at most " + CAPACITY);
    }
    for (int i = 0; i < kept; i++) {
      windows[i].read(in);
    }
  }
}
