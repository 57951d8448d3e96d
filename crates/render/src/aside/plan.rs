//! Who executes which template next.

use std::sync::Arc;

use govalue::Snapshot;

use super::{Material, Template};

/// Which templates are still to be executed, and with what.
pub(super) struct Plan {
    /// The first template that the first thread has not come to.
    pub(super) front: usize,
    /// Behind the last one that nobody has looked at from the far end.
    back: usize,
    /// Of the templates that other threads have begun, the version of the values that they have.
    pub(super) begun: Vec<Option<u32>>,
    pub(super) states: Vec<State>,
    /// How many parts the values in them have.
    pub(super) parts: usize,
    /// The group that the first thread is in.
    pub(super) current: usize,
    /// Groups that it has been in and that have changed, with templates ahead of it.
    left: Vec<usize>,
    habit: Habit,
    /// Whether templates were ever passed over because their group is likely to change before them: then there may be
    /// more to do later.
    pub(super) has_passed_over: bool,
}

/// What the groups that the first thread has left are like, so that the others do not execute in vain.
#[derive(Default)]
struct Habit {
    left: usize,
    /// How many of them had changed.
    changed: usize,
    /// How many templates were executed before that, in the last of them.
    before: usize,
}

/// What other threads need to know of a group.
pub(super) struct State {
    /// Its values, unless its templates are left to the first thread.
    pub(super) values: Option<Arc<Snapshot>>,
    /// Goes up when they change.
    pub(super) version: u32,
    /// How many of its templates were executed before the first change.
    before: usize,
    /// Whether the first thread was in it and left.
    is_left: bool,
    /// How far [`Plan::of_left`] has come among its templates.
    next: usize,
}

impl State {
    /// Of a group that nobody has come to.
    pub(super) fn new(values: Option<Arc<Snapshot>>) -> Self {
        Self { values, version: 0, before: 0, is_left: false, next: 0 }
    }
}

impl Plan {
    /// Nothing is begun yet.
    pub(super) fn new(material: &Material, states: Vec<State>) -> Option<Self> {
        let templates = material.templates.len();
        Some(Self {
            front: 0,
            back: templates,
            begun: vec![None; templates],
            states,
            parts: material.parts,
            current: material.templates.first()?.group,
            left: Vec::new(),
            habit: Habit::default(),
            has_passed_over: false,
        })
    }

    fn is_open(&self, index: usize) -> bool {
        index >= self.front && self.begun[index].is_none()
    }

    /// The next template of a group that the first thread has left, of the last such group.
    pub(super) fn of_left(&mut self, material: &Material) -> Option<usize> {
        while let Some(&group) = self.left.last() {
            let templates = &material.groups[group].templates;
            while self.states[group].values.is_some()
                && let Some(&index) = templates.get(self.states[group].next)
            {
                self.states[group].next += 1;
                if self.is_open(index) {
                    return Some(index);
                }
            }
            self.left.pop();
        }
        None
    }

    /// The next template from the far end.
    pub(super) fn of_all(&mut self, material: &Material) -> Option<usize> {
        while self.back > self.front {
            self.back -= 1;
            let Template { group, position, .. } = &material.templates[self.back];
            let State { values, version, .. } = &self.states[*group];
            if values.is_none() || !self.is_open(self.back) {
                continue;
            }
            let Habit { left, changed, before } = self.habit;
            if *version == 0 && changed * 2 > left && *position >= before {
                self.has_passed_over = true;
                continue;
            }
            return Some(self.back);
        }
        None
    }

    /// The first thread comes to a template. True when there is something for the others that was not before.
    pub(super) fn comes_to(&mut self, index: usize, material: &Material) -> bool {
        self.front = index + 1;
        let group = std::mem::replace(&mut self.current, material.templates[index].group);
        if group == self.current {
            return false;
        }
        let State { version, before, is_left, .. } = &mut self.states[group];
        let has_changed = *version > 0;
        if !std::mem::replace(is_left, true) {
            self.habit.left += 1;
            if has_changed {
                self.habit.changed += 1;
                self.habit.before = *before;
            }
        }
        let is_more = has_changed && material.groups[group].templates.last() > Some(&index);
        if is_more {
            self.left.push(group);
        }
        is_more
    }

    /// Takes the values of a group away, which makes another version of it: what others have begun with them does not
    /// count, and until there are new ones they begin nothing of it.
    pub(super) fn close(&mut self, group: usize, material: &Material) {
        let state = &mut self.states[group];
        if state.version == 0 {
            let templates = &material.groups[group].templates;
            // The last one has made the change.
            state.before = templates.partition_point(|&index| index < self.front).saturating_sub(1);
        }
        self.parts -= state.values.take().map_or(0, |values| values.parts());
        state.version += 1;
    }
}
