import{C as a}from"./pages/KQ7QRA3W.js";import"./pages/7CAY5FOV.js";var r=250,o=a().catch(()=>{});Promise.race([o,new Promise(e=>setTimeout(e,r))]).then(()=>import("./pages/WLRYKCSD.js"));
