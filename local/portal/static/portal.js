import{A as a}from"./pages/3WG7H3RQ.js";import"./pages/7CAY5FOV.js";var r=250,o=a().catch(()=>{});Promise.race([o,new Promise(e=>setTimeout(e,r))]).then(()=>import("./pages/TP7243TS.js"));
