/*
 * The table of DeliveryState.after, rendered from it by TransitionFileTests: 23 of 119 moves are legal.
 * Not written by hand; to rewrite it: POSTERN_WRITE_TRANSITIONS=1 swift test --filter TransitionFileTests
 */
mtype:state = { absent, ready, leased, held, delivered, failed, expired, dropped, illegal };
mtype:event = {
    by_claimed,
    by_settled_delivered,
    by_settled_deferred,
    by_settled_failed,
    by_settled_uncertain,
    by_settled_our_fault,
    by_settled_muted,
    by_lease_over,
    by_too_old,
    by_uncertain_too_often,
    by_held_by_staff,
    by_released,
    by_proven,
    by_dropped,
    by_retried,
    by_recalled,
    by_key_lost
};

#define is_terminal(s) (s == delivered || s == failed || s == expired || s == dropped)

inline after(s, e, next) {
    if
    :: s == ready && e == by_claimed -> next = leased
    :: s == ready && e == by_settled_delivered -> next = delivered
    :: s == ready && e == by_too_old -> next = expired
    :: s == ready && e == by_held_by_staff -> next = held
    :: s == ready && e == by_dropped -> next = dropped
    :: s == ready && e == by_key_lost -> next = failed
    :: s == leased && e == by_settled_delivered -> next = delivered
    :: s == leased && e == by_settled_deferred -> next = ready
    :: s == leased && e == by_settled_failed -> next = failed
    :: s == leased && e == by_settled_uncertain -> next = ready
    :: s == leased && e == by_settled_our_fault -> next = held
    :: s == leased && e == by_settled_muted -> next = held
    :: s == leased && e == by_lease_over -> next = ready
    :: s == leased && e == by_too_old -> next = expired
    :: s == leased && e == by_uncertain_too_often -> next = held
    :: s == leased && e == by_key_lost -> next = failed
    :: s == held && e == by_released -> next = ready
    :: s == held && e == by_proven -> next = ready
    :: s == held && e == by_dropped -> next = dropped
    :: s == held && e == by_key_lost -> next = failed
    :: s == failed && e == by_retried -> next = ready
    :: s == failed && e == by_recalled -> next = held
    :: s == expired && e == by_retried -> next = ready
    :: else -> next = illegal
    fi
}
