//! Who wrote a text that is given to `tpl`.
//!
//! Values flow between charts: a parent sees its subcharts' defaults, every chart can `set` what others read,
//! and `include` hands over what another chart's helper printed. So the chart that calls `tpl` need not have
//! written what it executes, and a text cannot say where it came from. A text counts as a chart's own when each
//! of its actions stands in something that this chart, one above it, or the user wrote: their values, files and
//! string constants, as they were before any template ran. Everything else may be by anybody: its questions are
//! asked in the name of every chart of the tree.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use chart::{File, ResolvedChart};
use govalue::Str;

/// The owner number that stands for every chart of the tree together.
pub(crate) const ANYBODY: u32 = u32::MAX;

/// What one chart of the tree brought.
struct Material {
    /// The chart above it.
    parent: Option<u32>,
    texts: Rc<[Str]>,
    files: Rc<[File]>,
    templates: Rc<[File]>,
    /// The actions in all of that; made when they are first needed.
    actions: Option<HashSet<Box<[u8]>>>,
}

/// The material of all charts of a tree, in the order of their owners.
#[derive(Default)]
pub(crate) struct Authors {
    charts: Vec<Material>,
    known: HashMap<(Str, u32), bool>,
}

impl Authors {
    /// Adds a chart; answers its owner number.
    pub(crate) fn add(&mut self, chart: &ResolvedChart, parent: Option<u32>) -> u32 {
        let owner = self.charts.len() as u32;
        self.charts.push(Material {
            parent,
            texts: Rc::clone(&chart.written),
            files: Rc::clone(&chart.files),
            templates: Rc::clone(&chart.templates),
            actions: None,
        });
        owner
    }

    /// Who answers for a text that the owner `caller` gives to `tpl`.
    pub(crate) fn of(&mut self, text: &Str, caller: u32) -> u32 {
        // Alone, a chart and its user are everybody.
        if self.charts.len() < 2 || caller == ANYBODY {
            return caller;
        }
        let key = (text.clone(), caller);
        let own = match self.known.get(&key) {
            Some(&own) => own,
            None => {
                let own = self.is_own(text, caller);
                self.known.insert(key, own);
                own
            }
        };
        if own { caller } else { ANYBODY }
    }

    fn is_own(&mut self, text: &Str, caller: u32) -> bool {
        let Some(actions) = gotmpl::actions(text) else { return false };
        actions.into_iter().all(|action| self.wrote(action, caller))
    }

    /// Whether a chart, or one above it, brought an action.
    fn wrote(&mut self, action: &[u8], owner: u32) -> bool {
        let mut next = Some(owner);
        while let Some(material) = next.and_then(|owner| self.charts.get_mut(owner as usize)) {
            if material.actions().contains(action) {
                return true;
            }
            next = material.parent;
        }
        false
    }
}

impl Material {
    fn actions(&mut self) -> &HashSet<Box<[u8]>> {
        let Self { texts, files, templates, actions, .. } = self;
        actions.get_or_insert_with(|| {
            let constants = templates.iter().flat_map(|file| gotmpl::constants(&file.data));
            let texts = texts.iter().map(Str::as_bytes).chain(files.iter().map(|file| &*file.data));
            let may_have = |text: &&[u8]| memchr::memmem::find(text, b"{{").is_some();
            let texts = texts.chain(constants).filter(may_have);
            texts.filter_map(gotmpl::actions).flatten().map(Box::from).collect()
        })
    }
}
