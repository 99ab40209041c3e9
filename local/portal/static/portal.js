import{A as a}from"./pages/4CX6JPHB.js";import"./pages/7CAY5FOV.js";var r=250,o=a().catch(()=>{});Promise.race([o,new Promise(e=>setTimeout(e,r))]).then(()=>import("./pages/NQ2GPB2D.js"));
