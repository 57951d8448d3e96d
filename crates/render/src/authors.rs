//! Who wrote a text that is given to `tpl`.
//!
//! Values flow between charts: a parent sees its subcharts' defaults, every chart can `set` what others read,
//! and `include` hands over what another chart's helper printed. So the chart that calls `tpl` need not have
//! written what it executes, and a text cannot say where it came from. A text counts as a chart's own when each
//! of its actions stands in something that this chart, one above it, or the user wrote: their values, files and
//! string constants, as they were before any template ran. Everything else may be by anybody: its questions are
//! asked in the name of every chart of the tree.
//!
//! Who wrote a text is dear to find out and matters to few: the text runs under the number of a claim, and the
//! claim is looked into when the guard is asked something.

use std::rc::Rc;
use std::sync::Arc;

use chart::{File, ResolvedChart};
use foldhash::{HashMap, HashSet};
use govalue::Str;

/// Owner numbers from here on are those of claims.
const FIRST_CLAIM: u32 = 1 << 31;

/// Whether an owner number is that of a chart.
pub(crate) fn is_chart(owner: u32) -> bool {
    owner < FIRST_CLAIM
}

/// What one chart of the tree brought.
struct Material {
    /// The chart above it.
    parent: Option<u32>,
    texts: Rc<[Str]>,
    files: Arc<[File]>,
    templates: Arc<[File]>,
    /// The actions in all of that; made when they are first needed.
    actions: Option<HashSet<Box<[u8]>>>,
}

/// The material of all charts of a tree, in the order of their owners.
#[derive(Default)]
pub(crate) struct Authors {
    charts: Vec<Material>,
    /// Whether there is more than one chart.
    several: bool,
    claims: Vec<Claim>,
    /// The numbers of the claims, by text and caller.
    known: HashMap<(Str, u32), u32>,
}

/// That the owner who gave a text to `tpl` answers for it.
struct Claim {
    text: Str,
    caller: u32,
    /// Who does; made when it is first needed.
    author: Option<Author>,
}

/// Who answers for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// The chart of this owner number.
    Chart(u32),
    /// Every chart of the tree together.
    Anybody,
}

impl Authors {
    /// Numbers for claims that nobody looks into.
    pub(crate) fn unasked(several: bool) -> Self {
        Self { several, ..Self::default() }
    }

    /// Adds a chart; answers its owner number.
    pub(crate) fn add(&mut self, chart: &ResolvedChart, parent: Option<u32>) -> u32 {
        let owner = self.charts.len() as u32;
        self.several = owner > 0;
        self.charts.push(Material {
            parent,
            texts: Rc::clone(&chart.written),
            files: Arc::clone(&chart.files),
            templates: Arc::clone(&chart.templates),
            actions: None,
        });
        owner
    }

    /// The owner number under which a text runs that the owner `caller` gives to `tpl`.
    pub(crate) fn claim(&mut self, text: &Str, caller: u32) -> u32 {
        // Alone, a chart and its user are everybody.
        if !self.several {
            return caller;
        }
        *self.known.entry((text.clone(), caller)).or_insert_with_key(|(text, _)| {
            self.claims.push(Claim { text: text.clone(), caller, author: None });
            FIRST_CLAIM + (self.claims.len() - 1) as u32
        })
    }

    /// Who answers for what runs under an owner number.
    pub(crate) fn of(&mut self, owner: u32) -> Author {
        // A claim's caller may be a claim, of a text that called `tpl`; none is its own.
        let mut open = Vec::new();
        let mut at = owner;
        let mut author = loop {
            let Some(index) = at.checked_sub(FIRST_CLAIM) else { break Author::Chart(at) };
            match self.claims.get(index as usize) {
                None => break Author::Anybody,
                Some(Claim { author: Some(author), .. }) => break *author,
                Some(Claim { caller, .. }) => {
                    open.push(index as usize);
                    at = *caller;
                }
            }
        };
        for index in open.into_iter().rev() {
            if let Author::Chart(chart) = author {
                let text = self.claims[index].text.clone();
                if !self.is_own(&text, chart) {
                    author = Author::Anybody;
                }
            }
            self.claims[index].author = Some(author);
        }
        author
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
