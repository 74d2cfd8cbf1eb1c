package io.lowtide.kafka.episode;

import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeEnd;
import io.lowtide.schemas.EpisodeKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;

/**
 * The open episodes of one source partition. {@link #plan} says what a record changes, and changes
 * nothing; {@link #apply} does it, once nothing can fail on the record any more.
 *
 * <p>An anomaly belongs to an open episode of its key that it is at most the silence away from in
 * event time, before or after; otherwise it opens another one, of which a key has a few at most. An
 * episode is over once the {@linkplain PartitionState#time() time of the partition} has moved by
 * more than the silence since its last record came. That its records' own dates have no say in that
 * lets the records of a late or a wrong clock be an episode as well. Belongs to one task.
 */
public final class EpisodeBook {

  /** Open episodes of a key: records of a wrong date are another one. */
  static final int MOST_OF_A_KEY = 4;

  private final EpisodeMemory memory;
  private final EpisodeSettings settings;
  private final EpisodeTelling episodes;
  private final long silence;
  private final TreeMap<Slot, Bytes> index = new TreeMap<>();

  private boolean unscorableOpen;
  private long nextOrder;

  /** Orders episodes by when their last record came. */
  private record Slot(long touched, long order) implements Comparable<Slot> {

    static Slot of(OpenEpisode open) {
      return new Slot(open.touched(), open.order());
    }

    @Override
    public int compareTo(Slot other) {
      int byTouched = Long.compare(touched, other.touched);
      return byTouched != 0 ? byTouched : Long.compare(order, other.order);
    }
  }

  /**
   * Goes on from what the memory holds.
   *
   * @param detector name of the detector
   */
  public EpisodeBook(EpisodeMemory memory, EpisodeSettings settings, String detector) {
    this.memory = memory;
    this.settings = settings;
    this.episodes = new EpisodeTelling(detector);
    this.silence = settings.silence().toMillis();
    memory.all().forEach((subject, open) -> open.forEach(episode -> enter(subject, episode)));
  }

  private void enter(Bytes subject, OpenEpisode open) {
    if (open.episode().getKind() == EpisodeKind.UNSCORABLE) {
      unscorableOpen = true;
    } else {
      index.put(Slot.of(open), subject);
    }
    nextOrder = Math.max(nextOrder, open.order() + 1);
  }

  /** Episodes that are open, those told to be closed because the source is silent included. */
  public int size() {
    return index.size() + (unscorableOpen ? 1 : 0);
  }

  /**
   * What one record changes.
   *
   * @param partition what the partition's records have told, with this one
   * @param occurrence what the record means
   * @param state how the detector does
   */
  public EpisodePlan plan(
      PartitionState partition, Occurrence occurrence, Supplier<DetectorState> state) {
    long time = partition.time();
    boolean quiet = occurrence instanceof Occurrence.Normal && !unscorableOpen && !hasOver(time);
    if (quiet
        || (occurrence instanceof Occurrence.Unscorable && isRare(partition) && !hasOver(time))) {
      return EpisodePlan.NOTHING;
    }
    Draft draft = new Draft(state.get());
    draft.closeOver(time);
    if (occurrence instanceof Occurrence.Anomaly anomaly) {
      draft.add(anomaly, time);
    }
    draft.followUnscorable(partition, occurrence);
    return draft.plan();
  }

  private boolean isRare(PartitionState partition) {
    return !unscorableOpen && !isRise(partition);
  }

  private boolean isRise(PartitionState partition) {
    return settings.unscorableShare() < 1
        && partition.unscorableRate() >= settings.unscorableShare();
  }

  private boolean hasOver(long time) {
    return !index.isEmpty()
        && (isOver(index.firstKey().touched(), time) || isOver(index.lastKey().touched(), time));
  }

  /** In either direction: the clock may have gone wrong for a while. */
  private boolean isOver(long touched, long time) {
    return Math.abs(time - touched) > silence;
  }

  /**
   * What is to be told because the source is silent: every episode is closed, and sleeps.
   *
   * @param state how the detector does
   */
  public EpisodePlan sourceSilent(Supplier<DetectorState> state) {
    if (size() == 0) {
      return EpisodePlan.NOTHING;
    }
    Draft draft = new Draft(state.get());
    // In the order of the index, each once.
    new LinkedHashSet<>(index.values()).forEach(draft::sleep);
    if (unscorableOpen) {
      draft.sleep(memory.unscorable());
    }
    return draft.plan();
  }

  /** Does what was planned. */
  public void apply(EpisodePlan plan) {
    plan.open()
        .forEach(
            (subject, open) -> {
              if (subject.equals(memory.unscorable())) {
                unscorableOpen = !open.isEmpty();
              } else {
                plan.before().get(subject).forEach(before -> index.remove(Slot.of(before)));
                open.forEach(after -> index.put(Slot.of(after), subject));
              }
              open.forEach(after -> nextOrder = Math.max(nextOrder, after.order() + 1));
              memory.remember(subject, open);
            });
  }

  /** The changes of one record, as they come together. */
  private final class Draft {

    private final DetectorState state;
    private final Map<Bytes, List<OpenEpisode>> before = new HashMap<>();
    private final Map<Bytes, List<OpenEpisode>> open = new LinkedHashMap<>();
    private final List<Episode> told = new ArrayList<>();
    private final Set<Slot> closed = new HashSet<>();

    Draft(DetectorState state) {
      this.state = state;
    }

    EpisodePlan plan() {
      return open.isEmpty() && told.isEmpty()
          ? EpisodePlan.NOTHING
          : new EpisodePlan(before, open, told);
    }

    private List<OpenEpisode> of(Bytes subject) {
      List<OpenEpisode> drafted = open.get(subject);
      if (drafted == null) {
        List<OpenEpisode> stored = memory.of(subject);
        before.put(subject, stored);
        drafted = new ArrayList<>(stored);
        open.put(subject, drafted);
      }
      return drafted;
    }

    void closeOver(long time) {
      for (Map.Entry<Slot, Bytes> entry : index.entrySet()) {
        if (!isOver(entry.getKey().touched(), time)) {
          break;
        }
        close(entry.getValue(), entry.getKey(), EpisodeEnd.SILENCE);
      }
      for (Map.Entry<Slot, Bytes> entry : index.descendingMap().entrySet()) {
        if (!isOver(entry.getKey().touched(), time)) {
          break;
        }
        close(entry.getValue(), entry.getKey(), EpisodeEnd.SILENCE);
      }
    }

    private void close(Bytes subject, Slot slot, EpisodeEnd end) {
      List<OpenEpisode> ofSubject = of(subject);
      for (int i = 0; i < ofSubject.size(); i++) {
        OpenEpisode episode = ofSubject.get(i);
        if (Slot.of(episode).equals(slot)) {
          ofSubject.remove(i);
          closed.add(slot);
          if (!episode.dormant()) {
            told.add(EpisodeTelling.closed(episode.episode(), end, state));
          }
          return;
        }
      }
    }

    void sleep(Bytes subject) {
      List<OpenEpisode> ofSubject = of(subject);
      for (int i = 0; i < ofSubject.size(); i++) {
        OpenEpisode episode = ofSubject.get(i);
        if (!episode.dormant()) {
          Episode closed =
              EpisodeTelling.closed(episode.episode(), EpisodeEnd.SOURCE_SILENT, state);
          ofSubject.set(i, episode.asleep(closed));
          told.add(closed);
        }
      }
    }

    void add(Occurrence.Anomaly anomaly, long time) {
      Bytes subject = memory.subject(anomaly.key());
      List<OpenEpisode> ofKey = of(subject);
      int nearest = nearest(ofKey, anomaly.eventTime());
      if (nearest >= 0) {
        ofKey.set(nearest, joined(ofKey.get(nearest), anomaly, time));
      } else {
        makeRoom(subject, ofKey);
        Episode opened = episodes.opened(anomaly, silence, state);
        told.add(opened);
        ofKey.add(new OpenEpisode(opened, time, nextOrder, false, Badness.of(anomaly)));
      }
    }

    /** Which one a record belongs to; -1 for none. */
    private int nearest(List<OpenEpisode> ofKey, long eventTime) {
      int nearest = -1;
      long least = silence;
      for (int i = 0; i < ofKey.size(); i++) {
        long distance = distance(ofKey.get(i).episode(), eventTime);
        if (nearest < 0 ? distance <= least : distance < least) {
          nearest = i;
          least = distance;
        }
      }
      return nearest;
    }

    private long distance(Episode episode, long eventTime) {
      long first = episode.getFirstSeen().toEpochMilli();
      long last = episode.getLastSeen().toEpochMilli();
      return Math.max(0, Math.max(first - eventTime, eventTime - last));
    }

    private OpenEpisode joined(OpenEpisode before, Occurrence.Anomaly anomaly, long time) {
      boolean telling = before.told().isBelow(anomaly) || before.dormant();
      Episode after = EpisodeTelling.joined(before.episode(), anomaly, telling, state);
      if (telling) {
        after = EpisodeTelling.withChange(after, change(before));
        told.add(after);
      }
      Badness toldOf = telling ? before.told().with(anomaly) : before.told();
      return new OpenEpisode(after, time, before.order(), false, toldOf);
    }

    private void makeRoom(Bytes subject, List<OpenEpisode> ofKey) {
      if (ofKey.size() >= MOST_OF_A_KEY) {
        OpenEpisode oldest = ofKey.stream().min(Comparator.comparing(Slot::of)).orElseThrow();
        close(subject, Slot.of(oldest), EpisodeEnd.LIMIT);
      } else if (index.size() - closed.size() >= settings.limit()) {
        index.entrySet().stream()
            .filter(entry -> !closed.contains(entry.getKey()))
            .findFirst()
            .ifPresent(entry -> close(entry.getValue(), entry.getKey(), EpisodeEnd.LIMIT));
      }
    }

    void followUnscorable(PartitionState partition, Occurrence occurrence) {
      Bytes subject = memory.unscorable();
      if (!unscorableOpen) {
        if (occurrence instanceof Occurrence.Unscorable unscorable && isRise(partition)) {
          open.put(subject, List.of(opened(unscorable, partition)));
        }
        return;
      }
      OpenEpisode before = memory.of(subject).get(0);
      if (partition.unscorableRate() < settings.unscorableShare() / 2) {
        open.put(subject, List.of());
        if (!before.dormant()) {
          told.add(EpisodeTelling.closed(before.episode(), EpisodeEnd.RECOVERED, state));
        }
      } else if (occurrence instanceof Occurrence.Unscorable unscorable) {
        open.put(subject, List.of(joined(before, unscorable, partition)));
      }
    }

    private OpenEpisode opened(Occurrence.Unscorable unscorable, PartitionState partition) {
      Episode opened = episodes.opened(unscorable, partition, state);
      told.add(opened);
      return new OpenEpisode(
          opened, partition.time(), nextOrder, false, Badness.of(partition.unscorableRate()));
    }

    private OpenEpisode joined(
        OpenEpisode before, Occurrence.Unscorable unscorable, PartitionState partition) {
      boolean worse = before.told().isBelow(partition.unscorableRate());
      Episode after = EpisodeTelling.joined(before.episode(), unscorable, partition, state);
      if (worse || before.dormant()) {
        after = EpisodeTelling.withChange(after, change(before));
        told.add(after);
      }
      Badness toldOf = worse ? Badness.of(partition.unscorableRate()) : before.told();
      return new OpenEpisode(after, partition.time(), before.order(), false, toldOf);
    }

    private static EpisodeChange change(OpenEpisode before) {
      return before.dormant() ? EpisodeChange.REOPENED : EpisodeChange.WORSENED;
    }
  }
}
