/*
 * The queue under two dispatchers, crashes, leases that run out and a clock that is set.
 *
 * Spin looks at every run of this model there is: every order of every step, with a crash or a jump of the clock at
 * any point of it. `Tests/Model/check` runs it; the moves come from `transitions.pml`, which is rendered from Swift's
 * `DeliveryState.after`.
 *
 * What stands for what
 *   store        `state`, `lease`, `clock_says`, `uncertain`: one row of `delivery`; `is_written`: its row of `attempt`.
 *                Each atomic step that writes to them is one transaction of PosternStore/Queue, with the WHERE clause of
 *                its SQL as its guard.
 *   dispatcher   PosternRelay/Dispatch. A turn of the real one does settling, expiring and claiming in one transaction;
 *                here each is a step of its own, so every real run is among these, and more.
 *   lane         one letter between its claim and its outcome, in relay and vault. The vault is a process of its own: what
 *                it has been asked for goes on when the dispatcher that asked is gone.
 *   smarthost    `copies`: how often the letter was taken over.
 *
 * What is left out, and why a proof still counts
 *   Due times, the breaker, the number of letters in a claim: each only delays a claim. Here what is ready may be claimed
 *   at any moment, so whatever order they bring about is looked at. How long the delay is, is not: a due time written while
 *   the clock ran ahead by a year is a year away when the clock is right again, and nothing here speaks against that.
 *   Hours: of a lease only this matters, whether the wall clock says that it is over. `far` is a clock that was set back
 *   by so much that nobody lives to see the end of the lease.
 *   The schedule's five days: a letter is deferred at most DEFERRALS times and then too old.
 *   The vault's memory (DeliveryDeduplicator): it may remember a letter that it has sent, and may have forgotten it. Both are tried, so
 *   nothing here rests on it; it spares duplicates, and makes none.
 *   Erasure and unreadable rows, met by a claim: in the store the same moves as a person's dropping and holding.
 *   A commit that failed for its caller and is durable all the same: the store takes nothing more after it until it is opened
 *   again, so that is a dispatcher killed after its claim.
 *   More than two letters, two dispatchers and LANES attempts at once. For those this proves nothing; but letters share only
 *   the number of a lease, and dispatchers only the store, so what could go wrong goes wrong between two.
 *
 * Bad luck is bounded: there are at most TROUBLES of it, each of any kind: a relay killed, the clock set, a lease that ends
 * before its attempt, a line that goes dead after the final dot, a vault that would not take a letter, an act of staff. So
 * every run ends, and what is said of "the end" needs no fairness but that something which can happen does not wait for ever.
 *
 * A relay that starts ends the leases of its own node, and no others: `holder` is the node of a lease.
 *
 * With -DMUTATION_… the model is spoilt in one place. Spin must find each of these, or the check has seen nothing.
 */
#include "transitions.pml"

#ifndef LETTERS
#define LETTERS 2
#endif
#ifndef LANES
#define LANES 3
#endif
#ifndef TROUBLES
#define TROUBLES 3
#endif
#ifndef DEFERRALS
#define DEFERRALS 1
#endif

/* What a step relies on. The ltl formulas are shown to see for themselves with this taken out. */
#ifdef WITHOUT_ASSERTIONS
#define sure(x) skip
#else
#define sure(x) assert(x)
#endif

#define NOBODY 2        /* dispatchers are 0 and 1 */
#define NONE 0          /* no lease; numbers begin at 1 */

mtype:clock = { running, over, far };

/* The store. */
mtype:state state[LETTERS] = absent;
byte lease[LETTERS];                      /* NONE while the letter is not leased */
byte holder[LETTERS] = NOBODY;            /* the node of that lease */
mtype:clock clock_says[LETTERS] = over;   /* of the lease, while there is one */
byte uncertain[LETTERS];

/* Outside of it. */
bool told[LETTERS];                       /* a visitor has been told "accepted" */
byte copies[LETTERS];
bool is_up[2] = true;
#ifdef WITNESS
bool was_late;                            /* an outcome came after its lease, and was dropped */
bool was_counted_late;                    /* a letter was delivered under a lease that was over, and that counted */
#endif
byte troubles = TROUBLES;
byte deferrals[LETTERS] = DEFERRALS;

/*
 * idle → taken → asked → sent → answered → idle; from asked to answered without a copy.
 * Nobody listens to a lane whose dispatcher is gone; the vault goes on with it.
 */
mtype:phase = { idle, taken, asked, sent, answered };
typedef Lane {
    mtype:phase phase = idle;
    byte letter;
    byte number;                          /* of the lease it was claimed under */
    byte owner;
    bool is_written;                      /* the row of this attempt is in the store */
    mtype:event outcome = by_claimed;     /* means nothing before `answered` */
    bool was_not_taken                    /* the vault would not have it: there is no outcome */
}
Lane lanes[LANES];

/* ---- What the store does ---- */

/* What every verb writes: no letter leaves a terminal state (a person's retry begins its life again, and is not modelled), and none goes where the table has no way. */
inline write(l, where) {
    sure(where != illegal && where != absent);
    sure(!is_terminal(state[l]));
    state[l] = where;
    if
    :: where != leased -> lease[l] = NONE; holder[l] = NOBODY; clock_says[l] = over
    :: else
    fi
}

#define is_used(n) (lease[0] == n || lease[LETTERS - 1] == n \
    || lanes[0].number == n || lanes[1].number == n || lanes[LANES - 1].number == n)

/* Queue.claim, of one letter: the lease and the row of the attempt, in one transaction. */
inline claim(l) {
    find_lane();
    if
    :: free_lane < LANES && state[l] == ready ->
        after(ready, by_claimed, next);
#ifdef MUTATION_DIAL_BEFORE_WRITING
        skip;
#else
        write_claim(l);
#endif
        lanes[free_lane].phase = taken;
        lanes[free_lane].letter = l;
        lanes[free_lane].number = new_number;
        lanes[free_lane].owner = me
    :: else
    fi
}

inline write_claim(l) {
    write(l, next);
    lease[l] = new_number;
    holder[l] = me;
    clock_says[l] = running;
    lanes[free_lane].is_written = true
}

inline find_lane() {
    free_lane = 0;
    do
    :: free_lane < LANES && lanes[free_lane].phase != idle -> free_lane++
    :: else -> break
    od
}

/*
 * A number that nobody else has. The real one is new altogether; but numbers are only ever asked whether they are equal, so
 * one that is in no row and in no lane any more is as good as new.
 */
inline new_lease() {
#ifdef MUTATION_ONE_LEASE_NUMBER
    new_number = me + 1
#else
    new_number = 1;
    do
    :: is_used(new_number) -> new_number++
    :: else -> break
    od
#endif
}

/* Queue.settle and Queue.unclaim: their WHERE. */
#if defined(MUTATION_SETTLE_WITHOUT_LEASE)
#define is_ours(l, n) (state[l] == leased)
#elif defined(MUTATION_SETTLE_WITHOUT_GUARD)
#define is_ours(l, n) (true)
#elif defined(MUTATION_SETTLE_BY_CLOCK)
#define is_ours(l, n) (state[l] == leased && clock_says[l] != over)
#else
#define is_ours(l, n) (state[l] == leased && lease[l] == n)
#endif

#define is_known_delivered(l) (lanes[me].outcome == by_settled_delivered && !lanes[me].was_not_taken \
    && (state[l] == ready || state[l] == leased))
#ifdef MUTATION_LATE_DELIVERED_DROPPED
#define counts_late(l) (false)
#else
#define counts_late(l) is_known_delivered(l)
#endif

/* The next state is decided from `leased`, as Settlement does, and not from the row. */
inline settle(l, n) {
    if
    :: is_ours(l, n) ->
        /* Whatever is written here is written under the lease that was claimed. */
        sure(state[l] == leased && lease[l] == n);
        if
        :: lanes[me].was_not_taken ->
            /* As if it had not been claimed; no event of the table. */
            write(l, ready)
        :: else ->
            what = lanes[me].outcome;
            if
            :: what == by_settled_deferred && deferrals[l] == 0 -> what = by_too_old
            :: what == by_settled_deferred && deferrals[l] > 0 -> deferrals[l]--
            /* They are not counted here: any may be the one after which a person decides. */
            :: what == by_settled_uncertain -> what = by_uncertain_too_often
            :: what == by_settled_uncertain -> skip
            :: else
            fi;
            after(leased, what, next);
            write(l, next);
            if
            :: what == by_settled_uncertain || what == by_uncertain_too_often -> uncertain[l]++
            :: else
            fi
        fi
    :: else ->
        if
        /* Delivered under a lease that is over is true all the same: the letter does not go out again. */
        :: counts_late(l) ->
            after(state[l], by_settled_delivered, next);
#ifdef WITNESS
            was_counted_late = true;
#endif
            write(l, next)
        :: else ->
#ifdef WITNESS
            was_late = true;
#endif
            skip
        fi
    fi;
    /* A letter that is known to be delivered is never sent again. */
    sure(!is_known_delivered(l))
}

/* Queue.expireLeases and recoverLeases, of one letter. */
inline end_lease(l) {
    after(state[l], by_lease_over, next);
    write(l, next);
#ifndef MUTATION_LEASE_OVER_UNMARKED
    uncertain[l]++
#endif
}

/* ---- Who does it ---- */

/* IntakeService: one transaction, then the answer. */
proctype Intake(byte l) {
#ifdef MUTATION_ANSWER_BEFORE_WRITING
    told[l] = true;
#endif
    if
    :: state[l] = ready
    :: state[l] = held                    /* the verdict was to hold it */
    :: skip                               /* the relay ended before the transaction was durable */
    fi;
    if
    :: state[l] != absent -> told[l] = true
    :: else
    fi
}

#define is_over(l) (state[l] == leased && clock_says[l] == over)
#define is_old(l) (state[l] == ready && deferrals[l] == 0)

/* What a step has left in its variables is no part of what is so. */
inline tidy() {
    free_lane = 0;
    new_number = NONE;
    l = 0;
    next = absent
}

inline expire(l) {
    after(ready, by_too_old, next);
    write(l, next);
    tidy()
}

proctype Dispatcher(byte me) {
    byte free_lane, new_number, l;
    mtype:state next = absent;
end:
    do
    /* One lease for all that is claimed in a turn; a turn may claim any of what is ready. */
    :: atomic { is_up[me] && lanes[LANES - 1].phase == idle && (state[0] == ready || state[LETTERS - 1] == ready) ->
        new_lease();
        if
        :: state[0] == ready -> claim(0)
        :: state[LETTERS - 1] == ready -> claim(LETTERS - 1)
        :: state[0] == ready && state[LETTERS - 1] == ready -> claim(0); claim(LETTERS - 1)
        fi;
        tidy() }
    :: atomic { is_up[me] && (is_over(0) || is_over(LETTERS - 1)) ->
        for (l : 0 .. LETTERS - 1) {
            if
            :: is_over(l) -> end_lease(l)
            :: else
            fi
        }
        tidy() }
    /* Queue.expireOld: its life is over while it waits. */
    :: atomic { is_up[me] && is_old(0) -> expire(0) }
    :: atomic { is_up[me] && is_old(LETTERS - 1) -> expire(LETTERS - 1) }
    /* Dispatcher.start: the leases of its own node are over. */
    :: atomic { !is_up[me] ->
        is_up[me] = true;
#ifndef MUTATION_NO_RECOVERY
        for (l : 0 .. LETTERS - 1) {
            if
            :: state[l] == leased && holder[l] == me -> end_lease(l)
            :: else
            fi
        }
#endif
        tidy() }
    od
}

inline clear(i) {
    lanes[i].phase = idle;
    lanes[i].letter = 0;
    lanes[i].number = NONE;
    lanes[i].owner = 0;
    lanes[i].is_written = false;
    lanes[i].outcome = by_claimed;
    lanes[i].was_not_taken = false
}

inline forget() {
    letter = 0;
    number = NONE;
    other = 0;
    next = absent;
    what = by_claimed
}

/* One lane, from the vault being asked to the outcome's transaction. */
proctype Attempt(byte me) {
    mtype:state next = absent;
    mtype:event what = by_claimed;
    byte letter, number, other;
end:
    do
    /* From here on the letter may be with the smarthost. */
    :: atomic { lanes[me].phase == taken ->
        letter = lanes[me].letter;
        number = lanes[me].number;
        sure(lanes[me].is_written);             /* the attempt is written down before anyone dials */
        for (other : 0 .. LANES - 1) {            /* and no other lane has this letter under this number */
            sure(other == me || lanes[other].phase == idle || lanes[other].letter != letter
                || lanes[other].number != number)
        }
        lanes[me].phase = asked;
        forget() }
    :: atomic { lanes[me].phase == asked ->
        letter = lanes[me].letter;
        copies[letter]++;
        /* One copy, and one more for each time that the store says it may have been sent. */
        sure(copies[letter] <= 1 + uncertain[letter]);
        lanes[me].phase = sent;
        forget() }
    :: atomic { lanes[me].phase == asked ->
        letter = lanes[me].letter;
        if
        :: lanes[me].outcome = by_settled_deferred
        :: lanes[me].outcome = by_settled_failed
        :: lanes[me].outcome = by_settled_our_fault
        :: lanes[me].outcome = by_settled_muted
        :: copies[letter] > 0 -> lanes[me].outcome = by_settled_delivered     /* the vault remembers it */
        :: troubles > 0 -> troubles--; lanes[me].outcome = by_settled_uncertain       /* and it did not arrive */
        :: troubles > 0 -> troubles--; lanes[me].was_not_taken = true
        fi;
        lanes[me].phase = answered;
        forget() }
    :: atomic { lanes[me].phase == sent ->
        if
        :: lanes[me].outcome = by_settled_delivered
        :: troubles > 0 -> troubles--; lanes[me].outcome = by_settled_uncertain       /* and it did arrive */
#ifdef MUTATION_SENT_IS_NOT_TAKEN
        :: lanes[me].was_not_taken = true
#endif
        fi;
        lanes[me].phase = answered;
        forget() }
    :: atomic { lanes[me].phase == answered ->
        letter = lanes[me].letter;
        number = lanes[me].number;
        if
        :: lanes[me].owner != NOBODY -> settle(letter, number)
        :: else
        fi;
        clear(me);
        forget() }
    od
}

/* A relay is killed: what it had taken and had not asked for yet, and the answers it had not written, are gone. */
proctype Crash(byte who) {
    byte i;
end:
    do
    :: atomic { is_up[who] && troubles > 0 ->
        troubles--;
        is_up[who] = false;
        for (i : 0 .. LANES - 1) {
            if
            :: lanes[i].phase != idle && lanes[i].owner == who ->
                if
                :: lanes[i].phase == taken || lanes[i].phase == answered -> clear(i)
                :: else -> lanes[i].owner = NOBODY
                fi
            :: else
            fi
        }
        i = 0 }
    od
}

inline set_clock(says) {
    if
    :: state[0] == leased -> clock_says[0] = says
    :: else
    fi;
    if
    :: state[LETTERS - 1] == leased -> clock_says[LETTERS - 1] = says
    :: else
    fi
}

/* A dispatcher that is up waits for the outcome of this letter. */
#define is_awaited_in(i, l) (lanes[i].phase != idle && lanes[i].letter == l && lanes[i].number == lease[l] \
    && lanes[i].owner != NOBODY)
#define is_awaited(l) (is_awaited_in(0, l) || is_awaited_in(1, l) || is_awaited_in(LANES - 1, l))
#define is_running(l) (state[l] == leased && clock_says[l] == running)
#define is_any_leased (state[0] == leased || state[LETTERS - 1] == leased)

proctype Clock() {
end:
    do
    /* A lease outlives its holder, and runs out: no trouble, but what it is for. */
    :: atomic { is_running(0) && !is_awaited(0) -> clock_says[0] = over }
    :: atomic { is_running(LETTERS - 1) && !is_awaited(LETTERS - 1) -> clock_says[LETTERS - 1] = over }
    /* An attempt lasts longer than its lease. */
    :: atomic { troubles > 0 && is_running(0) -> troubles--; clock_says[0] = over }
    :: atomic { troubles > 0 && is_running(LETTERS - 1) -> troubles--; clock_says[LETTERS - 1] = over }
    /* The clock is set forth, or back. */
    :: atomic { troubles > 0 && is_any_leased -> troubles--; set_clock(over) }
#ifndef WITHOUT_CLOCK_SET_BACK
    :: atomic { troubles > 0 && is_any_leased -> troubles--; set_clock(far) }
#endif
    od
}

/* Queue+staff, and a visitor who proves an address: the state is read, the table asked, and written where the state is still the one that was read. */
proctype Staff() {
    byte l;
    mtype:event what = by_claimed;
    mtype:state seen = absent, next = absent;
end:
    do
    :: atomic { troubles > 0 ->
        troubles--;
        if
        :: l = 0
        :: l = LETTERS - 1
        fi;
        if
        :: what = by_held_by_staff
        :: what = by_released
        :: what = by_proven
        :: what = by_dropped
        fi;
        seen = state[l];
        after(seen, what, next) }
        atomic {
        if
#ifdef MUTATION_STAFF_WITHOUT_STATE
        :: next != illegal -> write(l, next)
#else
        :: next != illegal && state[l] == seen -> write(l, next)
#endif
        :: else                           /* refused, and the letter left alone */
        fi;
        l = 0;
        what = by_claimed;
        seen = absent;
        next = absent }
    od
}

init {
    byte i;
    atomic {
        for (i : 0 .. LETTERS - 1) { run Intake(i) }
        for (i : 0 .. LANES - 1) { run Attempt(i) }
        run Dispatcher(0);
        run Dispatcher(1);
        run Crash(0);
        run Crash(1);
        run Clock();
        run Staff()
    }
}

/* ---- What holds of every run ---- */

#define rests(l) (state[l] == absent || state[l] == held || is_terminal(state[l]))

/* Accepted is said of nothing that is not in a state, and nothing in a state is ever lost from it. */
ltl kept { [] ((told[0] -> state[0] != absent) && (told[LETTERS - 1] -> state[LETTERS - 1] != absent)) }

/* Every letter comes to rest, delivered, failed, expired, dropped or held for a person: none is leased or ready for ever. */
ltl rests_in_the_end { <> [] (rests(0) && rests(LETTERS - 1)) }

/* A terminal state has no way out. */
ltl stays {
    [] ((state[0] == delivered -> [] (state[0] == delivered)) && (state[0] == failed -> [] (state[0] == failed))
        && (state[0] == expired -> [] (state[0] == expired)) && (state[0] == dropped -> [] (state[0] == dropped)))
}

/* What has to come about in some run, or the model would hold for want of anything that happens. */
#ifdef WITNESS
#define two_copies (copies[0] == 2)
#define two_copies_held (copies[0] == 2 && state[0] == held)
#define is_delivered (state[0] == delivered)
#define is_failed (state[0] == failed)
#define is_expired (state[0] == expired)
#define is_dropped (state[0] == dropped)
ltl comes_about { [] !(WITNESS) }
#endif
