//! Walks over expressions.

use crate::expr::TypedNode;
use crate::rules::Cases;
use crate::rules::load_strings;
use crate::rules::walk::{ExpansionBudget, visit, written_out};

#[test]
fn levels_are_counted_down_and_up_again() {
    let yaml = "define: {a: data.x, b: a, c: b}\nrules: [{name: r, when: a == 1 && b == 1 && c == 1 && a == 2}]";
    let rules = load_strings("t", [("r.yaml", yaml)]).rule_set.unwrap();
    let defines: Vec<Cases> = rules.defines.iter().map(|named| named.cases.clone()).collect();
    let left = |levels: usize| {
        let mut budget = ExpansionBudget { cases: 100, levels };
        let whole = written_out(rules.rules[0].when.as_ref().unwrap(), &defines, &mut budget);
        assert_eq!(budget.levels, levels);
        let mut names = 0;
        visit(&whole, &mut |part| names += usize::from(matches!(part.node, TypedNode::Define(_))));
        names
    };
    // What is left as a name: all four, then `b` and `c` one level on, then `c` alone.
    assert_eq!([left(0), left(1), left(2), left(3)], [4, 2, 1, 0]);
}
